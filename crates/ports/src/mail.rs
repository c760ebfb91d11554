//! Outbound mail.

use std::fmt;

use kernel::Timestamp;
use thiserror::Error;

/// How a mail server is spoken with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// In the open.
    None,
    /// Begun in the open, and given up unless it turns to TLS.
    StartTls,
    /// Over TLS from the first byte.
    Tls,
}

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken with.
    pub security: MailSecurity,
    /// As whom, and with which password.
    pub login: Option<(String, String)>,
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailServer({}:{})", self.host, self.port)
    }
}

/// A mail to one address.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The same each time that it is sent, so that a receiver knows it again: `name@host`.
    pub message_id: String,
    /// When it was written.
    pub at: Timestamp,
    /// Whom it is from.
    pub from: String,
    /// Whom it is for.
    pub to: String,
    /// In one line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

/// Why something was not delivered, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Undelivered {
    /// It was not taken, and may be another time.
    #[error("{0}")]
    Later(String),
    /// Nobody was there to take it, and nobody would take the next one now.
    #[error("{0}")]
    Nobody(String),
    /// It was refused, and will be again.
    #[error("{0}")]
    Refused(String),
    /// Nobody knows whether it was taken.
    #[error("{0}")]
    Unknown(String),
}

/// Opens connections to mail servers.
pub trait Mailer: Send + Sync {
    /// A connection that is ready to take mails.
    fn open(&self, server: &MailServer) -> Result<Box<dyn MailConnection>, Undelivered>;
}

/// A connection to a mail server.
pub trait MailConnection {
    /// Hands one mail over and waits until it is taken.
    fn send(&mut self, mail: &Mail) -> Result<(), Undelivered>;
}
