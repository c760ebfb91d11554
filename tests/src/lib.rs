//! No code of its own: the package exists for its one end-to-end binary, `tests/it/main.rs`.
