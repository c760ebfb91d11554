//! The story that every store must tell alike, called by the tests of both.
