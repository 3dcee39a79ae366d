//! Dutch. Addresses people as "je", as shops do.

use super::{Direction, Language};
use crate::text::Text;

pub(super) const LANGUAGE: Language = Language {
    tag: "nl",
    also: &[],
    direction: Direction::LeftToRight,
    plurals: &["one", "other"],
    words,
    countries: include_str!("countries/nl.txt"),
    as_in_english: &[(Text::Product, "Dutch has the same word for it")],
};

fn words(text: Text) -> &'static str {
    match text {
        Text::Title => "Registreer je product",
        Text::Intro => "Duurt ongeveer een minuut. Je hebt geen account nodig.",
        Text::Optional => "(niet verplicht)",
        Text::Name => "Voor- en achternaam",
        Text::Email => "E-mailadres",
        Text::Product => "Product",
        Text::Choose => "Maak een keuze",
        Text::SerialNumber => "Serienummer",
        Text::SerialNumberHint => "Staat op het label van het product of op de doos.",
        Text::SerialNumberNth => "Serienummer {number}",
        Text::AddSerialNumber => "Nog een serienummer toevoegen",
        Text::RemoveSerialNumber => "Serienummer {number} verwijderen",
        Text::PurchaseDate => "Aankoopdatum",
        Text::Receipt => "Aankoopbewijs",
        Text::ReceiptPrompt => "Sleep een foto of pdf hierheen",
        Text::ReceiptLimits => "Maximaal 10\u{a0}MB.",
        Text::ReceiptLimitsSeveral => "Maximaal 5 bestanden van elk 10\u{a0}MB.",
        Text::ChooseFile => "Bestand kiezen",
        Text::Register => "Registreren",
        Text::Sending => "Wordt verzonden",
        Text::SendingReceipt => "Eerst wordt je aankoopbewijs verzonden",
        Text::Foot => "Je garantie hangt niet af van deze registratie.",
        Text::Problem => "one=Er is een probleem|other=Er zijn {count} problemen",
        Text::Error => "Fout:",
        Text::Checking => "Wordt gecontroleerd",
        Text::FoundProduct => "Gevonden: {product}",
        Text::Found => "Dit nummer is bekend.",
        Text::Taken => "Dit nummer is al geregistreerd.",
        Text::Unknown => "Dit nummer is niet bekend. Kijk nog eens op het label: 0 en O, 1 en I lijken veel op elkaar.",
        Text::NotAccepted => {
            "Dit nummer kan hier niet worden geregistreerd. Vergelijk het met het label; klopt het, stuur het dan op een andere manier naar de winkel."
        }
        Text::CheckFailed => "Controleren lukt nu even niet. Je kunt het formulier toch verzenden.",
        Text::UploadPercent => "{percent}% verzonden",
        Text::UploadStored => "Ontvangen",
        Text::Cancel => "Annuleren",
        Text::Remove => "Verwijderen",
        Text::TryAgain => "Opnieuw proberen",
        Text::EnterName => "Vul je voor- en achternaam in",
        Text::EnterEmail => "Vul je e-mailadres in",
        Text::WrongEmail => "Vul een e-mailadres in zoals naam@example.com",
        Text::EnterProduct => "Vul de naam van het product in",
        Text::EnterSerialNumber => "Vul het serienummer in",
        Text::WrongSerialNumber => "Vul het serienummer in zoals het op het label staat",
        Text::SerialNumberTwice => "Dit serienummer staat hier twee keer",
        Text::TooManySerialNumbers => "Dit zijn meer serienummers dan er in één registratie passen",
        Text::EnterDate => "Vul de aankoopdatum in",
        Text::WrongDate => "Vul de hele datum in: dag, maand en jaar",
        Text::DateInFuture => "Vul een aankoopdatum in die niet in de toekomst ligt",
        Text::DateTooEarly => "Vul het jaar van aankoop in met vier cijfers",
        Text::EnterAnswer => "Vul in: {label}",
        Text::ChooseAnswer => "Maak een keuze: {label}",
        Text::TickBox => "Vink aan: {label}",
        Text::TooLong => "Maak dit korter: {label}",
        Text::WrongCharacters => "Haal de onzichtbare tekens weg: {label}",
        Text::WrongAnswer => "Controleer dit: {label}",
        Text::ChooseReceipt => "Kies een foto of pdf van het aankoopbewijs",
        Text::FileEmpty => "Het bestand is leeg. Kies een foto of pdf van het aankoopbewijs",
        Text::FileTooLarge => "Het bestand moet kleiner zijn dan 10\u{a0}MB",
        Text::FileType => "Het bestand moet een foto (JPEG, PNG, WebP, HEIC) of een pdf zijn",
        Text::FileUnreadable => "Het bestand kon niet worden gelezen. Kies het opnieuw",
        Text::UploadFailed => {
            "Het aankoopbewijs kon niet worden verzonden. Probeer het opnieuw, of verwijder het en verzend het formulier zonder"
        }
        Text::ReceiptLost => "Het aankoopbewijs moet opnieuw worden gekozen",
        Text::Unreachable => {
            "De winkel is niet bereikbaar. Alles wat je hebt ingevuld blijft bewaard, en je kunt het verzenden zodra je weer online bent."
        }
        Text::Unavailable => {
            "Dit werkt nu even niet. Alles wat je hebt ingevuld blijft bewaard. Probeer het over een paar minuten opnieuw."
        }
        Text::TooMany => {
            "Dat was te vaak in korte tijd. Alles wat je hebt ingevuld blijft bewaard. Probeer het over een paar minuten opnieuw."
        }
        Text::OutcomeUnknown => {
            "Je registratie is verzonden, maar de ontvangst is niet bevestigd. Vraag het de winkel voordat je haar opnieuw verzendt."
        }
        Text::NotAllowed => "Dit formulier kan niet vanaf deze pagina worden verzonden. Laat het de winkel weten.",
        Text::Refused => "Het formulier kon niet worden verzonden. Laat het de winkel weten.",
        Text::DoneProduct => "Je {product} is geregistreerd",
        Text::Done => "Je registratie is aangekomen",
        Text::DoneQueued => "Je registratie is onderweg",
        Text::DoneEarlier => {
            "Wat je eerder had verzonden, was toch aangekomen. Je laatste wijzigingen horen er daarom niet bij. De winkel kan het voor je \
             aanpassen."
        }
        Text::Number => "Registratienummer",
        Text::Copy => "Kopiëren",
        Text::Copied => "Gekopieerd",
        Text::Phone => "Telefoon",
        Text::Country => "Land",
        Text::Address1 => "Straat en huisnummer",
        Text::Address2 => "Appartement, verdieping of bedrijf",
        Text::PostCode => "Postcode",
        Text::City => "Plaats",
        Text::State => "Staat of provincie",
        Text::Search => "Typ een paar letters en kies dan.",
        Text::Where => "Waar vind ik het?",
        Text::WherePicture => "Waar het serienummer op het product staat",
        Text::DidYouMean => "Bedoelde je",
        Text::TakenMine => "Het is van mij",
        Text::TakenMineThen => "Dan hoef je niets meer te doen.",
        Text::TakenMineMail => "De bevestiging kwam bij de registratie per e-mail.",
        Text::ConfirmAgain => "Opnieuw versturen",
        Text::ConfirmedAgain => {
            "Als het nummer geregistreerd is, is de bevestiging onderweg naar het adres dat bij de registratie is opgegeven."
        }
        Text::TakenSecondHand => "Ik heb het tweedehands gekocht",
        Text::TakenSecondHandThen => "De winkel kan het op jouw naam registreren. Houd je aankoopbewijs bij de hand.",
        Text::TakenLink => "Vraag het de winkel",
        Text::Camera => "Foto maken",
        Text::AddFile => "Nog een bestand toevoegen",
        Text::Preparing => "Wordt voorbereid",
        Text::WaitingForNetwork => "Wacht op verbinding",
        Text::FileNothing => "Is je foto niet aangekomen? Open deze pagina in je browser, of verzend het formulier zonder foto.",
        Text::SendWithout => "Zonder aankoopbewijs verzenden",
        Text::WrongPhone => "Vul een telefoonnummer in, zoals +31\u{a0}20\u{a0}123\u{a0}4567",
        Text::WrongNumber => "Vul een getal in: {label}",
        Text::NumberTooSmall => "Dit getal is te klein: {label}",
        Text::NumberTooLarge => "Dit getal is te groot: {label}",
        Text::WrongPattern => "Dit lijkt niet te kloppen: {label}",
        Text::WrongCheckDigit => "Er zit een foutje in dit serienummer. Vergelijk het nog eens met het label",
        Text::TooManyFiles => "Dit zijn te veel bestanden: {label}",
        Text::Clear => "Formulier leegmaken",
        Text::DraftBack => "Wat je had ingevuld staat er nog.",
        Text::DraftFiles => "Had je een bestand gekozen, kies het dan opnieuw.",
        Text::Offline => {
            "Je bent offline. Alles wat je hebt ingevuld blijft bewaard, en je kunt het verzenden zodra je weer verbinding hebt."
        }
        Text::Preview => "Dit is een voorbeeld. Verzenden is uitgeschakeld.",
        Text::PageExpired => "Deze pagina heeft lang opengestaan. Kijk na wat je hebt ingevuld en verzend het dan opnieuw.",
        Text::OnceMore => {
            "Er is meer ingevuld dan er te zien is, misschien door je browser. Kijk het formulier na en verzend het dan opnieuw."
        }
        Text::DoneWithoutReceipt => "Je aankoopbewijs is niet meegestuurd. De winkel kan het later toevoegen.",
        Text::WarrantyUntil => "Garantie tot en met",
        Text::Calendar => "Toevoegen aan agenda",
        Text::CalendarTitle => "Garantie loopt af: {product}",
        Text::Print => "Afdrukken",
        Text::Another => "Nog een product registreren",
        Text::Coupon => "Je kortingscode",
        Text::More => "Meer van de winkel",
        Text::Open => "Je product registreren",
        Text::Close => "Sluiten",
    }
}
