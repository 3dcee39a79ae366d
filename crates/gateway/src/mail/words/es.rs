//! Spanish. Addresses people as "tú", as the card does.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "Tu registro: {product}",
    subject_plain: "Tu registro",
    hello: "Hola, {name}:",
    hello_plain: "Hola:",
    intro: "tu producto está registrado. Guarda este correo: es tu confirmación.",
    see: "Consulta tu registro o añade un recibo:",
    see_only: "Consulta tu registro:",
    private: "No compartas este enlace: quien lo tenga puede ver el registro y añadir un recibo.",
    private_only: "No compartas este enlace: quien lo tenga puede ver el registro.",
    why: "Recibes este correo porque se indicó esta dirección al registrar el producto en {merchant}. Si no fuiste tú, no tienes que hacer nada.",
    title: "Tu registro",
    registered_on: "Registrado el",
    button: "Enviar el recibo",
    receipt_here: "Este registro ya tiene un recibo.",
    no_receipt_here: "Aquí no se puede añadir un recibo. Si falta, responde al correo de confirmación.",
    gone: "Este enlace ya no funciona.",
    gone_then: "Registra otra vez el producto con su número de serie: así se te puede enviar un enlace nuevo.",
    later: "Este registro no se puede mostrar en este momento.",
    later_then: "Inténtalo de nuevo dentro de unos minutos.",
    notice_subject: "Nuevo registro: {product}",
    notice_subject_plain: "Nuevo registro",
    notice_intro: "Se ha registrado un producto. Quién es el cliente consta en tus registros, no en este correo.",
    notice_form: "Formulario",
    notice_why: "A esta dirección se le avisa de los nuevos registros en {merchant}. Puede cambiarlo quien se encarga de la tarjeta de registro.",
};
