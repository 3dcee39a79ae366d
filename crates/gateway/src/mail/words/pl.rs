//! Polish. Avoids the gender of whoever reads.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Rejestracja: {product}",
    subject_plain: "Rejestracja produktu",
    hello: "Dzień dobry, {name},",
    hello_plain: "Dzień dobry,",
    intro: "produkt został zarejestrowany. Warto zachować tę wiadomość: jest potwierdzeniem.",
    see: "Zobacz rejestrację lub dodaj dowód zakupu:",
    see_only: "Zobacz rejestrację:",
    private: "Nie udostępniaj tego linku: każdy, kto go ma, może zobaczyć rejestrację i dodać dowód zakupu.",
    private_only: "Nie udostępniaj tego linku: każdy, kto go ma, może zobaczyć rejestrację.",
    why: "Ta wiadomość została wysłana, ponieważ podano ten adres podczas rejestracji produktu w {merchant}. Jeśli to pomyłka, nie trzeba nic robić.",
    title: "Rejestracja produktu",
    registered_on: "Data rejestracji",
    button: "Wyślij dowód zakupu",
    receipt_here: "Do tej rejestracji dołączono dowód zakupu.",
    no_receipt_here: "Tutaj nie można dodać dowodu zakupu. Jeśli go brakuje, prosimy odpowiedzieć na wiadomość z potwierdzeniem.",
    gone: "Ten link już nie działa.",
    gone_then: "Zarejestruj produkt ponownie, podając numer seryjny: wtedy można wysłać nowy link.",
    later: "Tej rejestracji nie można teraz wyświetlić.",
    later_then: "Spróbuj ponownie za kilka minut.",
    notice_subject: "Nowa rejestracja: {product}",
    notice_subject_plain: "Nowa rejestracja",
    notice_intro: "Zarejestrowano produkt. Dane klienta są w Twoich rejestracjach, a nie w tej wiadomości.",
    notice_form: "Formularz",
    notice_why: "Na ten adres trafiają powiadomienia o nowych rejestracjach w {merchant}. Może to zmienić osoba, która zajmuje się kartą rejestracyjną.",
};
