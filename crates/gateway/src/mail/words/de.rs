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
    private_only: "Geben Sie diesen Link nicht weiter: Wer ihn hat, kann die Registrierung sehen.",
    why: "Sie erhalten diese E-Mail, weil diese Adresse angegeben wurde, als das Produkt bei {merchant} registriert wurde. Waren Sie es nicht, müssen Sie nichts tun.",
    title: "Ihre Registrierung",
    registered_on: "Registriert am",
    button: "Kaufbeleg senden",
    receipt_here: "Zu dieser Registrierung gehört ein Kaufbeleg.",
    no_receipt_here: "Hier lässt sich kein Kaufbeleg hinzufügen. Fehlt einer, antworten Sie auf die Bestätigungsmail.",
    gone: "Dieser Link gilt nicht mehr.",
    gone_then: "Registrieren Sie das Produkt noch einmal mit seiner Seriennummer: Dann kann Ihnen ein neuer Link gesendet werden.",
    later: "Diese Registrierung kann gerade nicht angezeigt werden.",
    later_then: "Bitte versuchen Sie es in einigen Minuten noch einmal.",
    notice_subject: "Neue Registrierung: {product}",
    notice_subject_plain: "Neue Registrierung",
    notice_intro: "Ein Produkt wurde registriert. Wer der Kunde ist, steht in Ihren Registrierungen, nicht in dieser E-Mail.",
    notice_form: "Formular",
    notice_why: "Diese Adresse erfährt von neuen Registrierungen bei {merchant}. Wer die Registrierungskarte betreut, kann das ändern.",
};
