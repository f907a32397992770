//! Why texts and addresses are refused.

/// Why a text was refused. The message is for the client and never repeats the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing that anybody sees.
    #[error("Must not be blank.")]
    Blank,
    /// More characters than the field takes.
    #[error("Must have at most {limit} characters; has {actual}.")]
    TooLong {
        /// The most characters that the field takes.
        limit: usize,
        /// The characters that came.
        actual: usize,
    },
    /// A control character that the field does not take.
    #[error("Must not contain control characters.")]
    ControlCharacter,
    /// A name by which the history knows somebody else.
    #[error("Must not be a name that the history gives to a source, a schedule or the AI.")]
    ReservedName,
    /// Not an e-mail address.
    #[error("Must be an e-mail address such as john.doe@example.com.")]
    NotAnEmailAddress,
}
