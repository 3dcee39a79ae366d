//! Brazilian Portuguese. Addresses people as "você", as the card does.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Seu registro: {product}",
    subject_plain: "Seu registro",
    hello: "Olá, {name},",
    hello_plain: "Olá,",
    intro: "seu produto está registrado. Guarde este e-mail: ele é a sua confirmação.",
    see: "Veja seu registro ou adicione um comprovante:",
    see_only: "Veja seu registro:",
    private: "Não compartilhe este link: quem o tiver pode ver o registro e adicionar um comprovante.",
    why: "Você recebe este e-mail porque este endereço foi informado quando o produto foi registrado em {merchant}. Se não foi você, não é preciso fazer nada.",
    title: "Seu registro",
    registered_on: "Registrado em",
    button: "Enviar o comprovante",
    receipt_here: "Há um comprovante neste registro.",
    gone: "Este link não funciona mais.",
    gone_then: "Registre o produto de novo com o número de série: então um novo link pode ser enviado a você.",
};
