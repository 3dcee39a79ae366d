// Types of what a page may use of regcard. Copy this file into your project: the script brings no types of its own.
// What is not in here is nobody's business, and may change.

/** What a card can be told. Each is an attribute of `<reg-card>`, too, and can be changed while the card stands. */
export interface RegCardOptions {
  /** Which of the key's forms; the first one if none is named. */
  form?: string | null;
  /** The product that the page is about. It is then shown, and not asked for. */
  product?: string | null;
  /** A serial number that is known already. */
  serial?: string | null;
  /** The form's language, such as `de`; otherwise that of what the card stands in, of the page, of the person. */
  lang?: string | null;
  /** Light or dark, whatever the person has set. */
  theme?: 'light' | 'dark' | null;
  /** Where the form stands: in its place, in a dialog that something of the page opens, or in a dialog with a button that opens it. */
  mode?: 'inline' | 'dialog' | 'button' | null;
  /** When the rest of the card is fetched: at the first touch, as soon as it can nearly be seen, or at once. */
  load?: 'touch' | 'visible' | 'eager' | null;
  /** How long what was typed is kept in this browser: as long as the tab, for a week, or not at all. */
  draft?: 'tab' | 'week' | 'off' | null;
  /** The words on the button, with `mode: 'button'`. */
  label?: string | null;
  /** The level of the form's heading, 1 to 6; it is 2 otherwise. The attribute is `heading-level`. */
  headingLevel?: number | string | null;
  /** Values for fields that nobody has touched, by the fields' names: the attributes `prefill-NAME`. Never for boxes and files. */
  prefill?: Record<string, string | null>;
  /** The same, one by one. */
  [prefill: `prefill-${string}`]: string | null | undefined;
  /** Values for the form's hidden fields. */
  [hidden: `hidden-${string}`]: string | null | undefined;
}

/** The element. Its properties are the options. */
export interface RegCardElement extends HTMLElement {
  form: string | null;
  product: string | null;
  serial: string | null;
  theme: string | null;
  mode: string | null;
  load: string | null;
  draft: string | null;
  label: string | null;
  headingLevel: string | number | null;
  /** Can be set, not read. */
  prefill: Record<string, string | null>;
  /** Opens the dialog; a card that stands in its place is scrolled to, and gets the focus. */
  open(): Promise<void>;
  /** Closes the dialog. What was typed stays. */
  close(): void;
}

/** What became of one registration. */
export interface Registered {
  /** The registration's number; none yet if it is queued. */
  id?: string;
  status: 'registered' | 'queued';
}

/** Events on the element. They bubble, and leave the shadow roots of the page. No personal data is in them. */
export interface RegCardEvents {
  /** The form works in full. */
  'regcard:ready': CustomEvent<null>;
  /** A serial number's state has changed. */
  'regcard:serial': CustomEvent<{ state: 'none' | 'checking' | 'available' | 'registered' | 'unknown' | 'failed' }>;
  /** A receipt's state has changed. */
  'regcard:upload': CustomEvent<{ state: 'none' | 'sending' | 'stored' | 'failed' }>;
  /** The form is about to be sent; `preventDefault()` withholds it. */
  'regcard:submit': CustomEvent<null>;
  /** It is registered. */
  'regcard:registered': CustomEvent<{ registrations: Registered[] }>;
  /** Something went wrong, by the number that docs/errors.md explains. */
  'regcard:error': CustomEvent<{ code: `RC-${number}` }>;
  /** The dialog was opened. */
  'regcard:open': CustomEvent<null>;
  /** The dialog was closed. */
  'regcard:close': CustomEvent<null>;
}

type EventName = keyof RegCardEvents extends `regcard:${infer Name}` ? Name : never;

/** What `mount` answers. Everything can be called at any time, also before the form is there and after it is gone. */
export interface RegCardHandle {
  element: RegCardElement;
  /** Changes options, in place; `null` takes one away. */
  update(options: RegCardOptions): void;
  /** Takes the card out of the page. */
  unmount(): void;
  on<Name extends EventName>(name: Name, listener: (event: RegCardEvents[`regcard:${Name}`]) => void): void;
  once<Name extends EventName>(name: Name, listener: (event: RegCardEvents[`regcard:${Name}`]) => void): void;
  off<Name extends EventName>(name: Name, listener: (event: RegCardEvents[`regcard:${Name}`]) => void): void;
}

export interface RegCardApi {
  version: string;
  /** Puts a card into an element, or into the first one of a selector, which may be still to come while the page loads. */
  mount(target: string | Element, options?: RegCardOptions): RegCardHandle;
  /** What is to be known of a page on which a card does not work: one text without personal data. It is in the console as well. */
  diagnose(): Promise<string>;
}

declare global {
  interface Window {
    /** There as soon as the script has run. */
    RegCard?: RegCardApi;
    /** Cards that a tag manager wants, set before the script runs. */
    RegCardConfig?: (RegCardOptions & { target: string | Element }) | (RegCardOptions & { target: string | Element })[];
  }
  interface HTMLElementTagNameMap {
    'reg-card': RegCardElement;
  }
  interface HTMLElementEventMap extends RegCardEvents {}
}
