//! Records whose fields people edit: `editable!` writes a content struct together with its edit,
//! in which every field may be absent.

use serde::{Deserialize, Deserializer};

/// Reads a field that is there, null included: absent stays `None`, null becomes `Some(None)`.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// True for a value that need not be written into a cached state.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Defines a content struct and its edit. `apply` takes the edit's fields over; `against` leaves
/// only the fields that differ from a content; `fields` names them.
macro_rules! editable {
    (
        $(#[$doc:meta])* $content:ident,
        $edit:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $content {
            $($(#[$field_doc])*
            #[serde(default, skip_serializing_if = "crate::edit::is_default")]
            pub $field: $kind,)*
        }

        /// New values for some of the fields.
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $edit {
            $($(#[$field_doc])*
            #[serde(
                default,
                deserialize_with = "crate::edit::present",
                skip_serializing_if = "Option::is_none"
            )]
            pub $field: Option<$kind>,)*
        }

        impl $content {
            /// Takes the fields of an edit over.
            pub fn apply(&mut self, edit: &$edit) {
                $(if let Some(value) = &edit.$field {
                    self.$field.clone_from(value);
                })*
            }
        }

        impl $edit {
            /// Only the fields that differ from `content`.
            #[must_use]
            pub fn against(mut self, content: &$content) -> Self {
                $(if self.$field.as_ref() == Some(&content.$field) {
                    self.$field = None;
                })*
                self
            }

            /// The names of the fields that are set.
            pub fn fields(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field.is_some() {
                    names.push(stringify!($field));
                })*
                names
            }

            /// True when no field is set.
            pub fn is_empty(&self) -> bool {
                self.fields().is_empty()
            }
        }
    };
}

pub(crate) use editable;
