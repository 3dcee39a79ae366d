//! Italian. Addresses people as "tu", as the card does.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "La tua registrazione: {product}",
    subject_plain: "La tua registrazione",
    hello: "Ciao {name},",
    hello_plain: "Ciao,",
    intro: "il tuo prodotto è registrato. Conserva questa e-mail: è la tua conferma.",
    see: "Vedi la registrazione o aggiungi uno scontrino:",
    see_only: "Vedi la registrazione:",
    private: "Non condividere questo link: chi lo possiede può vedere la registrazione e aggiungere uno scontrino.",
    private_only: "Non condividere questo link: chi lo possiede può vedere la registrazione.",
    why: "Ricevi questa e-mail perché questo indirizzo è stato indicato quando il prodotto è stato registrato presso {merchant}. Se non sei stato tu, non devi fare nulla.",
    title: "La tua registrazione",
    registered_on: "Registrato il",
    button: "Invia lo scontrino",
    receipt_here: "A questa registrazione è allegato uno scontrino.",
    no_receipt_here: "Qui non è possibile aggiungere uno scontrino. Se manca, rispondi all’e-mail di conferma.",
    gone: "Questo link non funziona più.",
    gone_then: "Registra di nuovo il prodotto con il numero di serie: potrà esserti inviato un nuovo link.",
    later: "Al momento questa registrazione non può essere mostrata.",
    later_then: "Riprova tra qualche minuto.",
    notice_subject: "Nuova registrazione: {product}",
    notice_subject_plain: "Nuova registrazione",
    notice_intro: "È stato registrato un prodotto. Chi è il cliente si trova nelle tue registrazioni, non in questa e-mail.",
    notice_form: "Modulo",
    notice_why: "Questo indirizzo viene avvisato delle nuove registrazioni presso {merchant}. Chi gestisce la scheda di registrazione può cambiarlo.",
};
