//! Dutch. Addresses people as "je", as the card does.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Je registratie: {product}",
    subject_plain: "Je registratie",
    hello: "Hallo {name},",
    hello_plain: "Hallo,",
    intro: "je product is geregistreerd. Bewaar deze e-mail: het is je bevestiging.",
    see: "Bekijk je registratie of voeg een aankoopbewijs toe:",
    see_only: "Bekijk je registratie:",
    private: "Deel deze link niet: wie hem heeft, kan de registratie zien en een aankoopbewijs toevoegen.",
    private_only: "Deel deze link niet: wie hem heeft, kan de registratie zien.",
    why: "Je krijgt deze e-mail omdat dit adres is opgegeven toen het product bij {merchant} werd geregistreerd. Was jij dat niet, dan hoef je niets te doen.",
    title: "Je registratie",
    registered_on: "Geregistreerd op",
    button: "Aankoopbewijs versturen",
    receipt_here: "Bij deze registratie hoort een aankoopbewijs.",
    no_receipt_here: "Hier kan geen aankoopbewijs worden toegevoegd. Ontbreekt het, beantwoord dan de bevestigingsmail.",
    gone: "Deze link werkt niet meer.",
    gone_then: "Registreer het product opnieuw met het serienummer: dan kan je een nieuwe link worden gestuurd.",
    later: "Deze registratie kan nu niet worden getoond.",
    later_then: "Probeer het over een paar minuten opnieuw.",
    notice_subject: "Nieuwe registratie: {product}",
    notice_subject_plain: "Nieuwe registratie",
    notice_intro: "Er is een product geregistreerd. Wie de klant is, staat in je registraties en niet in deze e-mail.",
    notice_form: "Formulier",
    notice_why: "Dit adres krijgt bericht van nieuwe registraties bij {merchant}. Wie de registratiekaart beheert, kan dat wijzigen.",
};
