//! The only crate with an outbound client: it implements the ports that reach over the network.
//! It knows no feature and keeps nothing.

mod http;
mod mail;

pub use http::{ANSWER_BYTES_MAX, REDIRECTS_MAX, Web};
pub use mail::{MAIL_WAIT, Post};

/// Makes ring the provider of cryptography for every TLS connection of the process. Several crates
/// use rustls, and none of them brings a provider; so this comes first in `main` and in tests.
pub fn install_crypto() {
    // A second call finds the first one's provider, which is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
