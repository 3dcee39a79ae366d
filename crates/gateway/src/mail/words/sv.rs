//! Swedish.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Din registrering: {product}",
    subject_plain: "Din registrering",
    hello: "Hej {name},",
    hello_plain: "Hej,",
    intro: "din produkt är registrerad. Spara det här mejlet: det är din bekräftelse.",
    see: "Se din registrering eller lägg till ett kvitto:",
    see_only: "Se din registrering:",
    private: "Dela inte länken: den som har den kan se registreringen och lägga till ett kvitto.",
    private_only: "Dela inte länken: den som har den kan se registreringen.",
    why: "Du får det här mejlet eftersom adressen angavs när produkten registrerades hos {merchant}. Var det inte du behöver du inte göra något.",
    title: "Din registrering",
    registered_on: "Registrerad den",
    button: "Skicka kvittot",
    receipt_here: "Det finns ett kvitto till registreringen.",
    no_receipt_here: "Det går inte att lägga till ett kvitto här. Saknas det, svara på bekräftelsemejlet.",
    gone: "Länken fungerar inte längre.",
    gone_then: "Registrera produkten igen med serienumret: då kan en ny länk skickas till dig.",
    later: "Registreringen kan inte visas just nu.",
    later_then: "Försök igen om några minuter.",
    notice_subject: "Ny registrering: {product}",
    notice_subject_plain: "Ny registrering",
    notice_intro: "En produkt har registrerats. Vem kunden är står i dina registreringar, inte i det här mejlet.",
    notice_form: "Formulär",
    notice_why: "Den här adressen får besked om nya registreringar hos {merchant}. Den som sköter registreringskortet kan ändra det.",
};
