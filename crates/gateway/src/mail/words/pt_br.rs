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
    private_only: "Não compartilhe este link: quem o tiver pode ver o registro.",
    why: "Você recebe este e-mail porque este endereço foi informado quando o produto foi registrado em {merchant}. Se não foi você, não é preciso fazer nada.",
    title: "Seu registro",
    registered_on: "Registrado em",
    button: "Enviar o comprovante",
    receipt_here: "Há um comprovante neste registro.",
    no_receipt_here: "Não é possível adicionar um comprovante aqui. Se faltar, responda ao e-mail de confirmação.",
    gone: "Este link não funciona mais.",
    gone_then: "Registre o produto de novo com o número de série: então um novo link pode ser enviado a você.",
    later: "Este registro não pode ser mostrado agora.",
    later_then: "Tente novamente em alguns minutos.",
    notice_subject: "Novo registro: {product}",
    notice_subject_plain: "Novo registro",
    notice_intro: "Um produto foi registrado. Quem é o cliente consta nos seus registros, não neste e-mail.",
    notice_form: "Formulário",
    notice_why: "Este endereço é avisado dos novos registros em {merchant}. Quem cuida do cartão de registro pode mudar isso.",
};
