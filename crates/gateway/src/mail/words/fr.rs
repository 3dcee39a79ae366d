//! French. Addresses people as "vous", as the card does.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Votre enregistrement : {product}",
    subject_plain: "Votre enregistrement",
    hello: "Bonjour {name},",
    hello_plain: "Bonjour,",
    intro: "votre produit est enregistré. Conservez cet e-mail : c’est votre confirmation.",
    see: "Voir votre enregistrement ou ajouter un justificatif d’achat :",
    see_only: "Voir votre enregistrement :",
    private: "Ne partagez pas ce lien : toute personne qui l’a peut voir l’enregistrement et ajouter un justificatif.",
    private_only: "Ne partagez pas ce lien : toute personne qui l’a peut voir l’enregistrement.",
    why: "Vous recevez cet e-mail parce que cette adresse a été indiquée lors de l’enregistrement du produit auprès de {merchant}. Si ce n’était pas vous, vous n’avez rien à faire.",
    title: "Votre enregistrement",
    registered_on: "Enregistré le",
    button: "Envoyer le justificatif",
    receipt_here: "Un justificatif est joint à cet enregistrement.",
    no_receipt_here: "Il n’est pas possible d’ajouter un justificatif ici. S’il en manque un, répondez à l’e-mail de confirmation.",
    gone: "Ce lien ne fonctionne plus.",
    gone_then: "Enregistrez à nouveau le produit avec son numéro de série : un nouveau lien pourra vous être envoyé.",
    later: "Cet enregistrement ne peut pas être affiché pour le moment.",
    later_then: "Réessayez dans quelques minutes.",
    notice_subject: "Nouvel enregistrement : {product}",
    notice_subject_plain: "Nouvel enregistrement",
    notice_intro: "Un produit a été enregistré. L’identité du client figure dans vos enregistrements, pas dans cet e-mail.",
    notice_form: "Formulaire",
    notice_why: "Cette adresse est informée des nouveaux enregistrements auprès de {merchant}. La personne qui gère la carte d’enregistrement peut changer cela.",
};
