//! English.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Your registration: {product}",
    subject_plain: "Your registration",
    hello: "Hello {name},",
    hello_plain: "Hello,",
    intro: "your product is registered. Keep this mail: it is your confirmation.",
    see: "See your registration, or add a receipt:",
    see_only: "See your registration:",
    private: "Keep this link to yourself: whoever has it can see the registration and add a receipt.",
    private_only: "Keep this link to yourself: whoever has it can see the registration.",
    why: "You get this mail because this address was given when the product was registered with {merchant}. If it was not you, there is nothing to do.",
    title: "Your registration",
    registered_on: "Registered on",
    button: "Send the receipt",
    receipt_here: "A receipt belongs to this registration.",
    no_receipt_here: "A receipt cannot be added here. If one is missing, answer the confirmation mail.",
    gone: "This link does not work any longer.",
    gone_then: "Register the product with its serial number once more: a new link can be sent to you then.",
    later: "This registration cannot be shown just now.",
    later_then: "Please try again in a few minutes.",
    notice_subject: "New registration: {product}",
    notice_subject_plain: "New registration",
    notice_intro: "A product has been registered. Who the customer is stands in your registrations, not in this mail.",
    notice_form: "Form",
    notice_why: "This address is told of new registrations with {merchant}. Whoever looks after the registration card can change that.",
};
