//! The words of a file for the values of a type. The types themselves stay free of serde, which is no
//! part of their promise.

/// Makes a type of words, each of which stands for the value of its name. With a default, the type has
/// one more value, which no word stands for.
macro_rules! words {
    ($words:ident for $type:ident: $($value:ident),+) => {
        #[derive(Clone, Copy, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $words { $($value),+ }

        impl From<$words> for $type {
            fn from(word: $words) -> $type {
                match word {
                    $($words::$value => $type::$value,)+
                }
            }
        }
    };
    ($words:ident for $type:ident, $default:ident: $($value:ident),+) => {
        #[derive(Clone, Copy, Default, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $words { $($value),+, #[serde(skip)] #[default] Unsaid }

        impl From<$words> for $type {
            fn from(word: $words) -> $type {
                match word {
                    $($words::$value => $type::$value,)+
                    $words::Unsaid => $type::$default,
                }
            }
        }
    };
}

pub(super) use words;
