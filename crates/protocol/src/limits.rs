//! Every limit both sides know, each with its reason. Limits that only the gateway knows stand in the gateway.
//!
//! Lengths of text are counted in characters (Unicode scalar values). A browser's `maxlength` counts UTF-16 units,
//! of which a character has one or two: what the box lets in, the gateway therefore takes.

/// 64 characters: longer than the longest serial seen in the field (34 digits of a GS1 code with its brackets), short enough
/// to stay within one line of a label.
pub const SERIAL_NUMBER_CHARS: usize = 64;

/// 20 in one registration: a family registers a set of tools in one go; a dealer uses the merchant's API.
pub const SERIAL_NUMBERS: usize = 20;

/// 20 in one call: several products in one call, as the registration API allows, and still one short transaction.
pub const REGISTRATIONS: usize = 20;

/// 200 characters: the longest names in civil registers have some 150 characters.
pub const NAME_CHARS: usize = 200;

/// 254 bytes. By RFC 5321, 4.5.3.1.3, a path has 256 octets, two of them are the angle brackets. No limit of its own for the
/// part before the @: stacked plus tags and relay addresses pass 64 in practice.
pub const EMAIL_CHARS: usize = 254;

/// 200 characters: a product's title in a shop; Shopify allows 255 and shows 70.
pub const PRODUCT_NAME_CHARS: usize = 200;

/// 1,000 characters: an answer of a few sentences. Forms may set less for a field, never more.
pub const ANSWER_CHARS: usize = 1_000;

/// 200 characters of a line of an address: the longest street names of the world have some 70, with house and floor not 150.
pub const ADDRESS_LINE_CHARS: usize = 200;

/// 40 characters of a telephone number: 15 digits (ITU-T E.164), with blanks, brackets and an extension.
pub const PHONE_CHARS: usize = 40;

/// 15 digits of a number, the point not counted: what every reader of JSON keeps exactly.
pub const NUMBER_DIGITS: usize = 15;

/// 5 files in one field: both sides of a receipt, and the label.
pub const FILES: usize = 5;

/// 64 characters: keys are labels without spaces or slugs; the longest seen in the field has 41.
pub const FIELD_KEY_CHARS: usize = 64;

/// 64 extra fields: more is not a registration card.
pub const EXTRA_FIELDS: usize = 64;

/// 10 MiB. A 12-megapixel phone photo has 3 to 6 MiB; twice that, so that nobody must resize. Bytes.
pub const FILE_BYTES: u64 = 10 * 1024 * 1024;

/// 120 characters: what is kept of a file's name, for the merchant to recognise it by.
pub const FILE_NAME_CHARS: usize = 120;

/// 4 KiB. Every allowed type shows itself in its first bytes; the rest is never looked at. Bytes.
pub const SNIFF_BYTES: usize = 4 * 1024;

/// 15 minutes. Long enough to find a receipt in a drawer, short enough that a copied token is worthless by the time
/// somebody reads the log. Seconds.
pub const SESSION_SECONDS: u32 = 15 * 60;

/// 60 checks a session: one for every second keystroke of ten serial numbers.
pub const SESSION_CHECKS: u32 = 60;

/// 12 uploads a session: a receipt, and eleven second thoughts.
pub const SESSION_UPLOADS: u32 = 12;

/// 10 registrations a session: corrections and a few more products.
pub const SESSION_REGISTRATIONS: u32 = 10;

/// 3: more suggestions would be a list of valid numbers.
pub const SUGGESTIONS: usize = 3;

/// 16 characters of an idempotency key at least: 8 bytes in hexadecimal, so that keys do not meet by chance.
pub const IDEMPOTENCY_KEY_MIN_CHARS: usize = 16;

/// 255 characters of an idempotency key at most, as Stripe allows.
pub const IDEMPOTENCY_KEY_MAX_CHARS: usize = 255;

/// The first year a purchase date may have. Makers register antiques; a year typed with two digits is a slip.
pub const FIRST_YEAR: u16 = 1900;

/// The last year that any day of a form may have. Whoever is asked when something was or will be set up means no later one; years of
/// the Buddhist era, which some keyboards and browsers offer, are all later.
pub const LAST_YEAR: u16 = 2199;
