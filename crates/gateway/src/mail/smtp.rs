//! The mail server: how it is reached, and what its answer means for a mail.

use std::net::IpAddr;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::Severity;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use crate::config::Mail;
use crate::limits;

/// The mail server cannot be used as it is set up. Never repeats an address: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MailError {
    /// No address.
    #[error("mail.smtp is no address of a mail server")]
    Server,
    /// No sender.
    #[error("mail.from or mail.reply_to is no address")]
    Sender,
    /// TLS cannot be used.
    #[error("TLS for mail.smtp cannot be set up")]
    Tls,
}

/// Sends mails.
#[derive(Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    /// The gateway's own address.
    pub(super) from: Address,
    /// Who answers are for.
    pub(super) reply_to: Option<Mailbox>,
}

/// Why a mail did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unsent {
    /// It may another time. It may even have: a connection that broke after the mail says nothing.
    Later(String),
    /// The server will never take it.
    Never(String),
}

impl Mailer {
    /// For a server. A plain `smtp://` becomes TLS before anything is told, but on this machine.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn open(settings: &Mail) -> Result<Mailer, MailError> {
        let url = Url::parse(settings.smtp.expose_secret()).map_err(|_| MailError::Server)?;
        let host = url.host_str().ok_or(MailError::Server)?;
        // Of a scheme that the web does not know, an address is not told from a name.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let parameters = || TlsParameters::new(host.to_owned()).map_err(|_| MailError::Tls);
        let (tls, port) = match url.scheme() {
            "smtps" => (Tls::Wrapper(parameters()?), 465),
            "smtp" if here => (Tls::None, 25),
            "smtp" => (Tls::Required(parameters()?), 587),
            _ => return Err(MailError::Server),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .tls(tls)
            .port(url.port().unwrap_or(port))
            .timeout(Some(limits::SMTP_ANSWER));
        if !url.username().is_empty() {
            let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            transport = transport.credentials(Credentials::new(plain(url.username()), plain(url.password().unwrap_or_default())));
        }
        let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|_| MailError::Sender);
        Ok(Mailer {
            transport: transport.build(),
            from: mailbox(&settings.from)?.email,
            reply_to: settings.reply_to.as_deref().map(mailbox).transpose()?,
        })
    }

    /// Hands a mail to the server.
    ///
    /// # Errors
    /// [`Unsent`].
    pub(super) async fn send(&self, message: Message) -> Result<(), Unsent> {
        let plain = message.envelope().to().iter().all(|to| to.to_string().is_ascii());
        match timeout(limits::SMTP_TOTAL, self.transport.send(message)).await {
            Ok(Ok(_accepted)) => Ok(()),
            Ok(Err(error)) => Err(unsent(&error, plain)),
            Err(_late) => Err(Unsent::Later("the mail server is too slow".to_owned())),
        }
    }
}

/// What the server said may repeat the address, so that only its code is kept.
fn unsent(error: &lettre::transport::smtp::Error, plain: bool) -> Unsent {
    match error.status() {
        Some(code) => {
            let number = code.to_string();
            let said = format!("the mail server says {number}");
            // 530 to 538 are about the gateway's own name and password: nothing is wrong with the mail.
            let own = number.starts_with("53");
            if code.severity == Severity::PermanentNegativeCompletion && !own { Unsent::Never(said) } else { Unsent::Later(said) }
        }
        None if error.is_client() && !plain => Unsent::Never("the mail server knows no such addresses (SMTPUTF8)".to_owned()),
        None if error.is_client() => Unsent::Later("the mail server has no STARTTLS, or no way to log in that is known".to_owned()),
        None => Unsent::Later("the mail server cannot be reached, or broke off".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(smtp: &str) -> Result<Mailer, MailError> {
        drop(rustls::crypto::ring::default_provider().install_default());
        Mailer::open(&Mail { smtp: smtp.to_owned().into(), from: "Shop <register@shop.example>".into(), reply_to: None })
    }

    #[test]
    fn a_server_is_an_address_of_the_two_kinds_and_a_password_is_never_shown() {
        for good in ["smtp://127.0.0.1:1025", "smtps://me:p%40ss@mail.example", "smtp://mail.example"] {
            let mailer = opened(good).unwrap();
            assert_eq!(mailer.from.to_string(), "register@shop.example");
        }
        assert!(matches!(opened("https://mail.example"), Err(MailError::Server)));
        assert!(matches!(opened("smtp:"), Err(MailError::Server)));
    }
}
