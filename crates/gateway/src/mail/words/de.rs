//! German. Addresses people as "Sie", as the card does.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Ihre Registrierung: {product}",
    subject_plain: "Ihre Registrierung",
    hello: "Guten Tag {name},",
    hello_plain: "Guten Tag,",
    intro: "Ihr Produkt ist registriert. Heben Sie diese E-Mail auf: Sie ist Ihre Bestätigung.",
    see: "Registrierung ansehen oder einen Kaufbeleg hinzufügen:",
    see_only: "Registrierung ansehen:",
    private: "Geben Sie diesen Link nicht weiter: Wer ihn hat, kann die Registrierung sehen und einen Kaufbeleg hinzufügen.",
    why: "Sie erhalten diese E-Mail, weil diese Adresse angegeben wurde, als das Produkt bei {merchant} registriert wurde. Waren Sie es nicht, müssen Sie nichts tun.",
    title: "Ihre Registrierung",
    registered_on: "Registriert am",
    button: "Kaufbeleg senden",
    receipt_here: "Zu dieser Registrierung gehört ein Kaufbeleg.",
    gone: "Dieser Link gilt nicht mehr.",
    gone_then: "Registrieren Sie das Produkt noch einmal mit seiner Seriennummer: Dann kann Ihnen ein neuer Link gesendet werden.",
};
