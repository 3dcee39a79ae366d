//! French. Addresses people as "vous", as shops do. No-break spaces stand before colons and question marks.

use super::{Direction, Language};
use crate::text::Text;

pub(super) const LANGUAGE: Language = Language {
    tag: "fr",
    also: &[],
    direction: Direction::LeftToRight,
    plurals: &["one", "many", "other"],
    words,
    countries: include_str!("countries/fr.txt"),
    as_in_english: &[],
};

fn words(text: Text) -> &'static str {
    match text {
        Text::Title => "Enregistrez votre produit",
        Text::Intro => "Cela prend environ une minute. Aucun compte n’est nécessaire.",
        Text::Optional => "(facultatif)",
        Text::Name => "Nom et prénom",
        Text::Email => "Adresse e-mail",
        Text::Product => "Produit",
        Text::Choose => "Choisissez",
        Text::SerialNumber => "Numéro de série",
        Text::SerialNumberHint => "Sur l’étiquette du produit ou de son emballage.",
        Text::SerialNumberNth => "Numéro de série {number}",
        Text::AddSerialNumber => "Ajouter un autre numéro de série",
        Text::RemoveSerialNumber => "Retirer le numéro de série {number}",
        Text::PurchaseDate => "Date d’achat",
        Text::Receipt => "Preuve d’achat",
        Text::ReceiptPrompt => "Déposez ici une photo ou un PDF",
        Text::ReceiptLimits => "10\u{a0}Mo au maximum.",
        Text::ReceiptLimitsSeveral => "5 fichiers au maximum, de 10\u{a0}Mo chacun.",
        Text::ChooseFile => "Choisir un fichier",
        Text::Register => "Enregistrer",
        Text::Sending => "Envoi en cours",
        Text::SendingReceipt => "Envoi de votre preuve d’achat d’abord",
        Text::Foot => "Votre garantie ne dépend pas de cet enregistrement.",
        Text::Problem => "one=Il y a un problème|many=Il y a {count} de problèmes|other=Il y a {count} problèmes",
        Text::Error => "Erreur\u{a0}:",
        Text::Checking => "Vérification",
        Text::FoundProduct => "Trouvé\u{a0}: {product}",
        Text::Found => "Ce numéro est connu.",
        Text::Taken => "Ce numéro est déjà enregistré.",
        Text::Unknown => "Ce numéro n’est pas connu. Regardez encore une fois l’étiquette\u{a0}: 0 et O, 1 et I se confondent facilement.",
        Text::NotAccepted => {
            "Ce numéro ne peut pas être enregistré ici. Comparez-le avec l’étiquette\u{a0}; s’il est identique, envoyez-le à la boutique par un autre moyen."
        }
        Text::CheckFailed => "La vérification n’est pas possible pour le moment. Vous pouvez tout de même envoyer le formulaire.",
        Text::UploadPercent => "{percent}\u{a0}% envoyés",
        Text::UploadStored => "Reçu",
        Text::Cancel => "Annuler",
        Text::Remove => "Retirer",
        Text::TryAgain => "Réessayer",
        Text::EnterName => "Saisissez votre nom et votre prénom",
        Text::EnterEmail => "Saisissez votre adresse e-mail",
        Text::WrongEmail => "Saisissez une adresse e-mail comme nom@example.com",
        Text::EnterProduct => "Saisissez le nom du produit",
        Text::EnterSerialNumber => "Saisissez le numéro de série",
        Text::WrongSerialNumber => "Saisissez le numéro de série tel qu’il figure sur l’étiquette",
        Text::SerialNumberTwice => "Ce numéro de série figure ici deux fois",
        Text::TooManySerialNumbers => "Il y a plus de numéros de série qu’un enregistrement ne peut en contenir",
        Text::EnterDate => "Saisissez la date d’achat",
        Text::WrongDate => "Saisissez la date complète\u{a0}: jour, mois et année",
        Text::DateInFuture => "Saisissez une date d’achat qui n’est pas dans le futur",
        Text::DateTooEarly => "Saisissez l’année d’achat avec quatre chiffres",
        Text::EnterAnswer => "À remplir\u{a0}: {label}",
        Text::ChooseAnswer => "Faites un choix\u{a0}: {label}",
        Text::TickBox => "Cochez la case\u{a0}: {label}",
        Text::TooLong => "À raccourcir\u{a0}: {label}",
        Text::WrongCharacters => "Retirez les caractères invisibles\u{a0}: {label}",
        Text::WrongAnswer => "À vérifier\u{a0}: {label}",
        Text::ChooseReceipt => "Choisissez une photo ou un PDF de la preuve d’achat",
        Text::FileEmpty => "Le fichier est vide. Choisissez une photo ou un PDF de la preuve d’achat",
        Text::FileTooLarge => "Le fichier doit faire moins de 10\u{a0}Mo",
        Text::FileType => "Le fichier doit être une photo (JPEG, PNG, WebP, HEIC) ou un PDF",
        Text::FileUnreadable => "Le fichier n’a pas pu être lu. Choisissez-le à nouveau",
        Text::UploadFailed => "La preuve d’achat n’a pas pu être envoyée. Réessayez, ou retirez-la et envoyez le formulaire sans elle",
        Text::ReceiptLost => "La preuve d’achat doit être choisie à nouveau",
        Text::Unreachable => {
            "La boutique est injoignable. Tout ce que vous avez saisi est conservé, et vous pourrez l’envoyer une fois de nouveau en ligne."
        }
        Text::Unavailable => {
            "Cela ne fonctionne pas pour le moment. Tout ce que vous avez saisi est conservé. Réessayez dans quelques minutes."
        }
        Text::TooMany => {
            "Cela fait trop d’essais en peu de temps. Tout ce que vous avez saisi est conservé. Réessayez dans quelques minutes."
        }
        Text::OutcomeUnknown => {
            "Votre enregistrement a été envoyé, mais sa réception n’a pas été confirmée. Demandez à la boutique avant de le renvoyer."
        }
        Text::NotAllowed => "Ce formulaire ne peut pas être envoyé depuis cette page. Merci de prévenir la boutique.",
        Text::Refused => "Le formulaire n’a pas pu être envoyé. Merci de prévenir la boutique.",
        Text::DoneProduct => "C’est enregistré\u{a0}: {product}",
        Text::Done => "Votre enregistrement est bien arrivé",
        Text::DoneQueued => "Votre enregistrement est en route",
        Text::DoneEarlier => {
            "Votre premier envoi était finalement bien arrivé\u{a0}: vos dernières modifications n’en font donc pas partie. La boutique peut le \
             corriger pour vous."
        }
        Text::Number => "Numéro d’enregistrement",
        Text::Copy => "Copier",
        Text::Copied => "Copié",
        Text::Phone => "Téléphone",
        Text::Country => "Pays",
        Text::Address1 => "Numéro et rue",
        Text::Address2 => "Appartement, étage ou société",
        Text::PostCode => "Code postal",
        Text::City => "Ville",
        Text::State => "État ou province",
        Text::Search => "Tapez quelques lettres, puis choisissez.",
        Text::Where => "Où le trouver\u{a0}?",
        Text::WherePicture => "L’endroit où figure le numéro de série sur le produit",
        Text::DidYouMean => "Vouliez-vous dire",
        Text::TakenMine => "Il est à moi",
        Text::TakenMineThen => "Alors vous n’avez plus rien à faire.",
        Text::TakenMineMail => "La confirmation est arrivée par e-mail au moment de l’enregistrement.",
        Text::ConfirmAgain => "La renvoyer",
        Text::ConfirmedAgain => {
            "Si le numéro est enregistré, la confirmation est en route vers l’adresse indiquée lors de l’enregistrement."
        }
        Text::TakenSecondHand => "Je l’ai acheté d’occasion",
        Text::TakenSecondHandThen => "La boutique peut l’enregistrer à votre nom. Gardez votre preuve d’achat à portée de main.",
        Text::TakenLink => "Demander à la boutique",
        Text::Camera => "Prendre une photo",
        Text::AddFile => "Ajouter un autre fichier",
        Text::Preparing => "Préparation",
        Text::WaitingForNetwork => "En attente de la connexion",
        Text::FileNothing => {
            "Votre photo n’est pas arrivée\u{a0}? Ouvrez cette page dans votre navigateur, ou envoyez le formulaire sans elle."
        }
        Text::SendWithout => "Envoyer sans la preuve d’achat",
        Text::WrongPhone => "Saisissez un numéro de téléphone, comme +33\u{a0}1\u{a0}23\u{a0}45\u{a0}67\u{a0}89",
        Text::WrongNumber => "Saisissez un nombre\u{a0}: {label}",
        Text::NumberTooSmall => "Ce nombre est trop petit\u{a0}: {label}",
        Text::NumberTooLarge => "Ce nombre est trop grand\u{a0}: {label}",
        Text::WrongPattern => "Cela ne semble pas correct\u{a0}: {label}",
        Text::WrongCheckDigit => "Une erreur s’est glissée dans ce numéro de série. Comparez-le encore une fois avec l’étiquette",
        Text::TooManyFiles => "Il y a trop de fichiers\u{a0}: {label}",
        Text::Clear => "Vider le formulaire",
        Text::DraftBack => "Ce que vous aviez saisi est toujours là.",
        Text::DraftFiles => "Si vous aviez choisi un fichier, choisissez-le à nouveau.",
        Text::Offline => {
            "Vous êtes hors ligne. Tout ce que vous avez saisi est conservé, et vous pourrez l’envoyer une fois la connexion revenue."
        }
        Text::Preview => "Ceci est un aperçu. L’envoi est désactivé.",
        Text::PageExpired => "Cette page est restée ouverte longtemps. Relisez ce que vous avez saisi, puis envoyez-le à nouveau.",
        Text::OnceMore => {
            "Plus de champs ont été remplis qu’il n’y en a de visibles, peut-être par votre navigateur. Relisez le formulaire, puis envoyez-le à nouveau."
        }
        Text::DoneWithoutReceipt => "Votre preuve d’achat n’a pas été envoyée. La boutique peut l’ajouter plus tard.",
        Text::WarrantyUntil => "Garantie jusqu’au",
        Text::Calendar => "Ajouter au calendrier",
        Text::CalendarTitle => "Fin de la garantie\u{a0}: {product}",
        Text::Print => "Imprimer",
        Text::Another => "Enregistrer un autre produit",
        Text::Coupon => "Votre bon de réduction",
        Text::More => "Plus d’infos de la boutique",
        Text::Open => "Enregistrer votre produit",
        Text::Close => "Fermer",
    }
}
