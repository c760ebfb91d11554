//! Outbound mail over SMTP. Each step of the dialogue is taken by itself, so that it is known
//! whether the server can have taken a mail: only from the end of its text on it can.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::{Mailbox, MultiPart, header};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message};
use ports::{Mail, MailConnection, MailSecurity, MailServer, Mailer, Undelivered};

/// How long a mail server may take for one step.
pub const MAIL_WAIT: Duration = Duration::from_secs(20);

/// A mailer for the network.
#[derive(Debug, Default)]
pub struct Post;

impl Post {
    /// A mailer; connections are opened when they are needed.
    pub fn new() -> Self {
        crate::install_crypto();
        Self
    }
}

impl Mailer for Post {
    fn open(&self, server: &MailServer) -> Result<Box<dyn MailConnection>, Undelivered> {
        let unopened = |error: Error| Undelivered::Nobody(format!("no mail server: {error}"));
        let hello = ClientId::default();
        let tls = || TlsParameters::new(server.host.clone()).map_err(unopened);
        let wrapped = match server.security {
            MailSecurity::Tls => Some(tls()?),
            MailSecurity::None | MailSecurity::StartTls => None,
        };
        let place = (server.host.as_str(), server.port);
        let opened =
            SmtpConnection::connect(place, Some(MAIL_WAIT), &hello, wrapped.as_ref(), None);
        let mut connection = opened.map_err(unopened)?;
        if server.security == MailSecurity::StartTls {
            connection.starttls(&tls()?, &hello).map_err(unopened)?;
        }
        if let Some((user, password)) = &server.login {
            let credentials = Credentials::new(user.clone(), password.clone());
            let told = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            // What the server says to a wrong password may hold it: it is not repeated.
            told.map_err(|_| Undelivered::Nobody("the mail server took no sign-in".to_owned()))?;
        }
        Ok(Box::new(Connection(connection)))
    }
}

struct Connection(SmtpConnection);

impl MailConnection for Connection {
    fn send(&mut self, mail: &Mail) -> Result<(), Undelivered> {
        let from: Result<Address, _> = mail.from.parse();
        let odd = "whom the channel's mails are from is no address";
        let from = from.map_err(|_| Undelivered::Nobody(odd.to_owned()))?;
        let to = address(&mail.to)?;
        let body = written(mail, &from, &to)?;
        self.begin(from, to, &body)?;
        // From here on it may have been taken, whatever is heard of it.
        self.0.message(&body).map(|_| ()).map_err(|error| match error.status() {
            Some(_) => said(&error),
            None => Undelivered::Unknown(format!("the mail server did not answer: {error}")),
        })
    }
}

impl Connection {
    /// All before the text itself.
    fn begin(&mut self, from: Address, to: Address, body: &[u8]) -> Result<(), Undelivered> {
        let mut options = Vec::new();
        let is_known = |one| self.0.server_info().supports_feature(one);
        let is_plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !(is_plain(&from) && is_plain(&to)) {
            if !is_known(Extension::SmtpUtfEight) {
                let why = "the mail server takes no address with such letters".to_owned();
                let is_ours = !is_plain(&from);
                return Err(if is_ours {
                    Undelivered::Nobody(why)
                } else {
                    Undelivered::Refused(why)
                });
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !body.is_ascii() && is_known(Extension::EightBitMime) {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        self.begun(from, to, options).inspect_err(|end| {
            // The next mail begins anew; one that cannot be begun tells so itself.
            if !matches!(end, Undelivered::Nobody(_)) {
                let _ = self.0.command(Rset);
            }
        })
    }

    /// Only what is said to the reader's own address is about that reader; a server that does not
    /// take our address takes no mail at all from us.
    fn begun(
        &mut self,
        from: Address,
        to: Address,
        options: Vec<MailParameter>,
    ) -> Result<(), Undelivered> {
        let nobody = |error: Error| Undelivered::Nobody(format!("the mail server says: {error}"));
        self.0.command(From::new(Some(from), options)).map_err(nobody)?;
        let is_taken = self.0.command(Rcpt::new(to, Vec::new()));
        is_taken.map_err(|error| if is_end(&error) { nobody(error) } else { said(&error) })?;
        let is_awaited = self.0.command(Data);
        is_awaited.map(|_| ()).map_err(|error| match said(&error) {
            _ if is_end(&error) => nobody(error),
            Undelivered::Refused(why) => Undelivered::Later(why),
            other => other,
        })
    }
}

/// Whether the connection is at its end: nothing was answered, or that the server closes it.
fn is_end(error: &Error) -> bool {
    error.status().is_none_or(|code| u16::from(code) == 421)
}

/// What a server's answer means. One that ends in a code was given, so nothing is unknown.
fn said(error: &Error) -> Undelivered {
    let why = format!("the mail server says: {error}");
    if error.is_permanent() { Undelivered::Refused(why) } else { Undelivered::Later(why) }
}

fn address(text: &str) -> Result<Address, Undelivered> {
    text.parse().map_err(|_| Undelivered::Refused("this is no e-mail address".to_owned()))
}

fn written(mail: &Mail, from: &Address, to: &Address) -> Result<Vec<u8>, Undelivered> {
    let micros = u64::try_from(mail.at.micros()).unwrap_or(0);
    let message = Message::builder()
        .from(Mailbox::new(None, from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(&mail.subject)
        .date(UNIX_EPOCH + Duration::from_micros(micros))
        .message_id(Some(format!("<{}>", mail.message_id)))
        .raw_header(header::HeaderValue::new(
            header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()));
    let message = message.map_err(|error| Undelivered::Refused(error.to_string()))?;
    Ok(message.formatted())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::mpsc;

    use kernel::Timestamp;

    use super::*;

    /// A server of one connection that answers each line with the next of these, and hands on what
    /// it was told.
    fn server(answers: Vec<&'static str>) -> (MailServer, mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (heard, told) = mpsc::channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("someone");
            let mut lines = BufReader::new(stream.try_clone().expect("a stream"));
            let mut is_text = false;
            for answer in answers {
                if !answer.is_empty() {
                    stream.write_all(format!("{answer}\r\n").as_bytes()).expect("it is heard");
                    is_text = answer.starts_with("354");
                }
                loop {
                    let mut line = String::new();
                    if lines.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    let is_end = line == ".\r\n";
                    let _ = heard.send(line);
                    if !is_text || is_end {
                        break;
                    }
                }
            }
        });
        let host = "127.0.0.1".to_owned();
        (MailServer { host, port, security: MailSecurity::None, login: None }, told)
    }

    fn mail() -> Mail {
        Mail {
            message_id: "ntc_1.ab@example.org".to_owned(),
            at: "2026-12-01T08:00:00Z".parse::<Timestamp>().expect("an instant"),
            from: "changes@example.org".to_owned(),
            to: "eve@example.org".to_owned(),
            subject: "Moved to 8 \u{2192} 9\r\nBcc: all@example.org".to_owned(),
            text: "One line.\r\n.\r\nRSET".to_owned(),
            html: "<p>One line.</p>".to_owned(),
        }
    }

    fn sent(answers: Vec<&'static str>) -> (Result<(), Undelivered>, Vec<String>) {
        let (server, told) = server(answers);
        let end = Post::new().open(&server).and_then(|mut connection| connection.send(&mail()));
        (end, told.try_iter().collect())
    }

    #[test]
    fn a_mail_arrives_whole_and_nothing_in_it_is_a_command_or_a_header() {
        let answers = vec!["220 a", "250 a", "250 ok", "250 ok", "354 go", "250 taken"];
        let (end, heard) = sent(answers);
        assert_eq!(end, Ok(()));
        let text = heard.concat();
        assert!(text.contains("Message-ID: <ntc_1.ab@example.org>\r\n"), "{text}");
        assert!(text.contains("Date: Tue, 01 Dec 2026 08:00:00 +0000\r\n"), "{text}");
        assert!(!heard.iter().any(|line| line.starts_with("Bcc:")), "{text}");
        assert_eq!(heard.iter().filter(|line| *line == ".\r\n").count(), 1, "{text}");
    }

    #[test]
    fn what_the_server_says_decides_whether_it_is_tried_again() {
        let (end, _) = sent(vec!["220 a", "250 a", "550 we know no such sender", "250 reset"]);
        assert!(matches!(end, Err(Undelivered::Nobody(_))), "{end:?}");
        let (end, _) = sent(vec!["220 a", "250 a", "250 ok", "421 closing"]);
        assert!(matches!(end, Err(Undelivered::Nobody(_))), "{end:?}");
        let (end, _) =
            sent(vec!["220 a", "250 a", "250 ok", "250 ok", "554 no recipients", "250 reset"]);
        assert!(matches!(end, Err(Undelivered::Later(_))), "{end:?}");
        let (end, _) = sent(vec!["220 a", "250 a", "250 ok", "550 no such user", "250 reset"]);
        assert!(matches!(end, Err(Undelivered::Refused(_))), "{end:?}");
        let (end, _) = sent(vec!["220 a", "250 a", "250 ok", "451 later", "250 reset"]);
        assert!(matches!(end, Err(Undelivered::Later(_))), "{end:?}");
        let (end, _) = sent(vec!["220 a", "250 a", "250 ok", "250 ok", "354 go", "554 no"]);
        assert!(matches!(end, Err(Undelivered::Refused(_))), "{end:?}");
    }

    #[test]
    fn it_is_unknown_only_once_the_whole_text_was_handed_over() {
        let (end, _) = sent(vec!["220 a", "250 a", "250 ok", "250 ok"]);
        assert!(matches!(end, Err(Undelivered::Nobody(_))), "{end:?}");
        let (end, _) = sent(vec!["220 a", "250 a", "250 ok", "250 ok", "354 go"]);
        assert!(matches!(end, Err(Undelivered::Unknown(_))), "{end:?}");
        let nobody = MailServer { port: 1, ..server(vec![]).0 };
        let end = Post::new().open(&nobody).map(|_| ());
        assert!(matches!(end, Err(Undelivered::Nobody(_))), "{end:?}");
    }

    #[test]
    fn an_address_that_is_two_is_refused() {
        for wrong in ["a@b.example, c@d.example", "a@b.example\r\nRCPT TO:<c@d.example>", "a"] {
            assert!(matches!(address(wrong), Err(Undelivered::Refused(_))), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let (server, _) = server(vec![]);
        let login = Some(("us".to_owned(), "secret".to_owned()));
        assert!(!format!("{:?}", MailServer { login, ..server }).contains("secret"));
    }
}
