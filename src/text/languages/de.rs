//! German. Addresses people as "Sie", as shops do.

use super::{Direction, Language};
use crate::text::Text;

pub(super) const LANGUAGE: Language = Language {
    tag: "de",
    also: &[],
    direction: Direction::LeftToRight,
    plurals: &["one", "other"],
    words,
    countries: include_str!("countries/de.txt"),
    as_in_english: &[],
};

fn words(text: Text) -> &'static str {
    match text {
        Text::Title => "Registrieren Sie Ihr Produkt",
        Text::Intro => "Dauert etwa eine Minute. Ein Konto ist nicht nötig.",
        Text::Optional => "(freiwillig)",
        Text::Name => "Vor- und Nachname",
        Text::Email => "E-Mail-Adresse",
        Text::Product => "Produkt",
        Text::Choose => "Bitte wählen",
        Text::SerialNumber => "Seriennummer",
        Text::SerialNumberHint => "Steht auf dem Etikett am Produkt oder auf der Verpackung.",
        Text::SerialNumberNth => "Seriennummer {number}",
        Text::AddSerialNumber => "Weitere Seriennummer hinzufügen",
        Text::RemoveSerialNumber => "Seriennummer {number} entfernen",
        Text::PurchaseDate => "Kaufdatum",
        Text::Receipt => "Kaufbeleg",
        Text::ReceiptPrompt => "Foto oder PDF hier ablegen",
        Text::ReceiptLimits => "Höchstens 10\u{a0}MB.",
        Text::ReceiptLimitsSeveral => "Höchstens 5 Dateien mit je 10\u{a0}MB.",
        Text::ChooseFile => "Datei auswählen",
        Text::Register => "Registrieren",
        Text::Sending => "Wird gesendet",
        Text::SendingReceipt => "Zuerst wird Ihr Kaufbeleg gesendet",
        Text::Foot => "Ihre Garantie hängt nicht von der Registrierung ab.",
        Text::Problem => "one=Es gibt ein Problem|other=Es gibt {count} Probleme",
        Text::Error => "Fehler:",
        Text::Checking => "Wird geprüft",
        Text::FoundProduct => "Gefunden: {product}",
        Text::Found => "Diese Nummer ist bekannt.",
        Text::Taken => "Diese Nummer ist bereits registriert.",
        Text::Unknown => {
            "Diese Nummer ist nicht bekannt. Sehen Sie noch einmal auf dem Etikett nach: 0 und O, 1 und I sind leicht zu verwechseln."
        }
        Text::NotAccepted => {
            "Diese Nummer lässt sich hier nicht registrieren. Vergleichen Sie sie mit dem Etikett; stimmt sie, schicken Sie sie dem Shop auf anderem Weg."
        }
        Text::CheckFailed => "Die Nummer lässt sich gerade nicht prüfen. Sie können das Formular trotzdem senden.",
        Text::UploadPercent => "{percent}\u{a0}% gesendet",
        Text::UploadStored => "Angekommen",
        Text::Cancel => "Abbrechen",
        Text::Remove => "Entfernen",
        Text::TryAgain => "Noch einmal versuchen",
        Text::EnterName => "Geben Sie Ihren Vor- und Nachnamen ein",
        Text::EnterEmail => "Geben Sie Ihre E-Mail-Adresse ein",
        Text::WrongEmail => "Geben Sie eine E-Mail-Adresse wie name@example.com ein",
        Text::EnterProduct => "Geben Sie den Namen des Produkts ein",
        Text::EnterSerialNumber => "Geben Sie die Seriennummer ein",
        Text::WrongSerialNumber => "Geben Sie die Seriennummer so ein, wie sie auf dem Etikett steht",
        Text::SerialNumberTwice => "Diese Seriennummer steht hier zweimal",
        Text::TooManySerialNumbers => "Das sind mehr Seriennummern, als in eine Registrierung passen",
        Text::EnterDate => "Geben Sie das Kaufdatum ein",
        Text::WrongDate => "Geben Sie das ganze Datum ein: Tag, Monat und Jahr",
        Text::DateInFuture => "Geben Sie ein Kaufdatum ein, das nicht in der Zukunft liegt",
        Text::DateTooEarly => "Geben Sie das Kaufjahr mit vier Ziffern ein",
        Text::EnterAnswer => "Bitte ausfüllen: {label}",
        Text::ChooseAnswer => "Bitte auswählen: {label}",
        Text::TickBox => "Bitte ankreuzen: {label}",
        Text::TooLong => "Bitte kürzen: {label}",
        Text::WrongCharacters => "Bitte unsichtbare Zeichen entfernen: {label}",
        Text::WrongAnswer => "Bitte prüfen: {label}",
        Text::ChooseReceipt => "Wählen Sie ein Foto oder PDF des Kaufbelegs aus",
        Text::FileEmpty => "Die Datei ist leer. Wählen Sie ein Foto oder PDF des Kaufbelegs aus",
        Text::FileTooLarge => "Die Datei muss kleiner als 10\u{a0}MB sein",
        Text::FileType => "Die Datei muss ein Foto (JPEG, PNG, WebP, HEIC) oder ein PDF sein",
        Text::FileUnreadable => "Die Datei konnte nicht gelesen werden. Wählen Sie sie noch einmal aus",
        Text::UploadFailed => {
            "Der Kaufbeleg konnte nicht gesendet werden. Versuchen Sie es noch einmal, oder entfernen Sie ihn und senden Sie das Formular \
             ohne ihn"
        }
        Text::ReceiptLost => "Der Kaufbeleg muss noch einmal ausgewählt werden",
        Text::Unreachable => {
            "Der Shop ist nicht erreichbar. Alle Ihre Eingaben bleiben erhalten, und Sie können sie senden, sobald Sie wieder online sind."
        }
        Text::Unavailable => {
            "Das geht im Moment leider nicht. Alle Ihre Eingaben bleiben erhalten. Versuchen Sie es in ein paar Minuten noch einmal."
        }
        Text::TooMany => {
            "Das war in kurzer Zeit zu oft. Alle Ihre Eingaben bleiben erhalten. Versuchen Sie es in ein paar Minuten noch einmal."
        }
        Text::OutcomeUnknown => {
            "Ihre Registrierung wurde gesendet, aber ihr Eingang wurde nicht bestätigt. Fragen Sie den Shop, bevor Sie sie noch einmal senden."
        }
        Text::NotAllowed => "Dieses Formular kann von dieser Seite aus nicht gesendet werden. Bitte sagen Sie dem Shop Bescheid.",
        Text::Refused => "Das Formular konnte nicht gesendet werden. Bitte sagen Sie dem Shop Bescheid.",
        Text::DoneProduct => "{product} ist jetzt registriert",
        Text::Done => "Ihre Registrierung ist angekommen",
        Text::DoneQueued => "Ihre Registrierung ist unterwegs",
        Text::DoneEarlier => {
            "Was Sie zuvor gesendet hatten, war doch angekommen. Ihre letzten Änderungen sind deshalb nicht dabei. Der Shop kann sie für Sie \
             nachtragen."
        }
        Text::Number => "Registrierungsnummer",
        Text::Copy => "Kopieren",
        Text::Copied => "Kopiert",
        Text::Phone => "Telefon",
        Text::Country => "Land",
        Text::Address1 => "Straße und Hausnummer",
        Text::Address2 => "Wohnung, Etage oder Firma",
        Text::PostCode => "Postleitzahl",
        Text::City => "Ort",
        Text::State => "Bundesland oder Provinz",
        Text::Search => "Tippen Sie ein paar Buchstaben und wählen Sie dann aus.",
        Text::Where => "Wo finde ich sie?",
        Text::WherePicture => "Wo die Seriennummer auf dem Produkt steht",
        Text::DidYouMean => "Meinten Sie",
        Text::TakenMine => "Es gehört mir",
        Text::TakenMineThen => "Dann ist nichts mehr zu tun.",
        Text::TakenMineMail => "Die Bestätigung kam bei der Registrierung per E-Mail.",
        Text::ConfirmAgain => "Noch einmal senden",
        Text::ConfirmedAgain => {
            "Wenn die Nummer registriert ist, ist die Bestätigung unterwegs an die Adresse, die bei der Registrierung angegeben wurde."
        }
        Text::TakenSecondHand => "Ich habe es gebraucht gekauft",
        Text::TakenSecondHandThen => "Der Shop kann es auf Ihren Namen registrieren. Halten Sie Ihren Kaufbeleg bereit.",
        Text::TakenLink => "Den Shop fragen",
        Text::Camera => "Foto aufnehmen",
        Text::AddFile => "Weitere Datei hinzufügen",
        Text::Preparing => "Wird vorbereitet",
        Text::WaitingForNetwork => "Wartet auf die Verbindung",
        Text::FileNothing => {
            "Ist Ihr Foto nicht angekommen? Öffnen Sie diese Seite in Ihrem Browser, oder senden Sie das Formular ohne das Foto."
        }
        Text::SendWithout => "Ohne Kaufbeleg senden",
        Text::WrongPhone => "Geben Sie eine Telefonnummer ein, zum Beispiel +49\u{a0}30\u{a0}123456",
        Text::WrongNumber => "Geben Sie eine Zahl ein: {label}",
        Text::NumberTooSmall => "Diese Zahl ist zu klein: {label}",
        Text::NumberTooLarge => "Diese Zahl ist zu groß: {label}",
        Text::WrongPattern => "Das sieht nicht richtig aus: {label}",
        Text::WrongCheckDigit => "In dieser Seriennummer steckt ein Tippfehler. Vergleichen Sie sie noch einmal mit dem Etikett",
        Text::TooManyFiles => "Das sind zu viele Dateien: {label}",
        Text::Clear => "Formular leeren",
        Text::DraftBack => "Was Sie eingegeben hatten, ist noch da.",
        Text::DraftFiles => "Falls Sie eine Datei ausgewählt hatten, wählen Sie sie noch einmal aus.",
        Text::Offline => {
            "Sie sind offline. Alle Ihre Eingaben bleiben erhalten, und Sie können sie senden, sobald Sie wieder verbunden sind."
        }
        Text::Preview => "Das ist eine Vorschau. Das Senden ist ausgeschaltet.",
        Text::PageExpired => "Diese Seite war lange geöffnet. Sehen Sie Ihre Eingaben durch und senden Sie sie dann noch einmal.",
        Text::OnceMore => {
            "Es wurde mehr ausgefüllt, als zu sehen ist, vielleicht von Ihrem Browser. Sehen Sie das Formular durch und senden Sie es dann noch einmal."
        }
        Text::DoneWithoutReceipt => "Ihr Kaufbeleg wurde nicht mitgesendet. Der Shop kann ihn später ergänzen.",
        Text::WarrantyUntil => "Garantie bis",
        Text::Calendar => "In den Kalender eintragen",
        Text::CalendarTitle => "Garantie endet: {product}",
        Text::Print => "Drucken",
        Text::Another => "Weiteres Produkt registrieren",
        Text::Coupon => "Ihr Gutschein",
        Text::More => "Mehr vom Shop",
        Text::Open => "Produkt registrieren",
        Text::Close => "Schließen",
    }
}
