namespace KhaltiCheckout.Model;

/// <summary>Which rule read an answer, as a stable word for the timeline's facts. The note beside it says the same as a sentence.</summary>
public enum RuleId
{
    // What a transaction, a status or a lookup says of a payment.
    CompletedAsExpected,
    CompletedByStatus,
    AmountDiffers,
    OtherProductIdentity,
    NoTransactionNamed,
    RefundedBeforeKnown,
    CompletedAndRefunded,
    RefundedAtKhalti,
    FailedAtKhalti,
    NotCompletedYet,
    Confirmed,
    NotConfirmedYet,
    NeverConfirmed,
    PayerCancelled,
    LinkExpired,
    LinkOverdue,
    LinkPayable,
    LinkMade,
    UnderWay,
    UnknownState,

    // What a refusal or no answer at all means.
    NoAnswer,
    RefusedByKhalti,
    StatusRefused,
    VerifyRefused,
    LookupRefused,
    NoLink,

    // Rules of other findings.
    NotIdentified,
    ListUnreadable,
    NotAloneInList,
    AskedTwice,
    TransactionOfAnother,
    NotVerifiedYet,
    OrderTakesNoPayment,
    ClosedByStaff,

    // Transactions that Khalti knows and the shop did not.
    FoundInList,
    AttachedByStaff,
    OrderPaidAlready,
    PaymentInReview,
    OtherPaymentOpen,
    OrderNotFound,
    ProductIdentityMissing,
    OtherForm,
    TransactionUnanswered,

    // The night's comparison.
    PaidAtKhaltiOnly,
    PaidHereOnly,
    BookedAmountDiffers,
    BookedRefundDiffers,
    BookedFeeDiffers,

    // What Khalti's records say of a paid payment and its refunds.
    LedgerPaid,
    LedgerRefunded,
    LedgerPartRefunded,
    LedgerAmountDiffers,
    LedgerOtherTransaction,
    LedgerImpossible,
    LedgerNoTransaction,
    LedgerRefundUnderWay,
    LedgerRefused,
    RefundConfirmed,
    RefundRefused,
    RefundNotSeen,
    RefundNotSent,
    RefundUnheard,
    RecordedByStaff,
}
