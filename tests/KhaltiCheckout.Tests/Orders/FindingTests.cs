using Khalti.Client;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;

namespace KhaltiCheckout.Tests.Orders;

/// <summary>What a transaction record or a lookup means: every state, with the right and a wrong amount, refunded or not,
/// made for this order, for another or for nobody knows what; named or nameless, in time or not.</summary>
public sealed class FindingTests
{
    private const string OrderId = "ord_01k9x4c7qmf3t8v5z2w6y1n0ah";

    private static readonly Paisa Expected = new(18_500);

    public static TheoryData<TransactionState, bool, bool, string?> Every() =>
    [
        .. from state in Enum.GetValues<TransactionState>()
           from amountEqual in (bool[])[true, false]
           from refunded in (bool[])[true, false]
           from product in (string?[])[OrderId, "ord_another", null]
           select new TheoryDataRow<TransactionState, bool, bool, string?>(state, amountEqual, refunded, product),
    ];

    [Theory]
    [MemberData(nameof(Every))]
    public void A_record_means_what_the_table_says(TransactionState state, bool amountEqual, bool refunded, string? product)
    {
        Transaction record = new("idx1", state, state.ToString(), new Paisa(amountEqual ? 18_500 : 18_499), new Paisa(555), refunded, product, CreatedOn: null);

        Finding finding = Finding.In(record, Expected, OrderId);

        (FindingKind kind, Attention? attention) = (state, refunded, amountEqual, product) switch
        {
            (_, true, _, _) => (FindingKind.Contradicted, Attention.RefundedAtKhalti),
            (TransactionState.Refunded or TransactionState.PartiallyRefunded, _, _, _) => (FindingKind.Contradicted, Attention.RefundedAtKhalti),
            (TransactionState.Completed, _, false, _) => (FindingKind.Contradicted, Attention.AmountConflict),
            (TransactionState.Completed, _, true, "ord_another") => (FindingKind.Contradicted, Attention.UnknownState),
            (TransactionState.Completed, _, true, _) => (FindingKind.Completed, (Attention?)null),
            (TransactionState.Failed or TransactionState.Disabled, _, _, _) => (FindingKind.Declined, null),
            (TransactionState.Initiated or TransactionState.Confirmed, _, _, _) => (FindingKind.Undecided, null),
            _ => (FindingKind.Contradicted, Attention.UnknownState),
        };
        (finding.Kind, finding.Attention).ShouldBe((kind, attention));
        finding.KhaltiState.ShouldBe(record.StateName);
        finding.Rule.ShouldContain(record.StateName);
        (finding.Failure is not null).ShouldBe(kind == FindingKind.Declined);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public void Only_a_completed_record_of_exactly_the_amount_makes_an_order_paid(
        TransactionState state, bool amountEqual, bool refunded, string? product)
    {
        Transaction record = new("idx1", state, "word", new Paisa(amountEqual ? 18_500 : 18_501), Fee: null, refunded, product, CreatedOn: null);

        bool paid = Finding.In(record, Expected, OrderId).Kind == FindingKind.Completed;

        paid.ShouldBe(state == TransactionState.Completed && amountEqual && !refunded && product != "ord_another");
    }

    [Theory]
    [InlineData(TransactionState.Completed, true, FindingKind.Completed)]
    [InlineData(TransactionState.Completed, false, FindingKind.Completed)]
    [InlineData(TransactionState.Confirmed, true, FindingKind.Undecided)]
    [InlineData(TransactionState.Confirmed, false, FindingKind.Undecided)]
    [InlineData(TransactionState.Initiated, true, FindingKind.Undecided)]
    [InlineData(TransactionState.Initiated, false, FindingKind.Declined)]
    [InlineData(TransactionState.NotFound, true, FindingKind.Undecided)]
    [InlineData(TransactionState.NotFound, false, FindingKind.Declined)]
    [InlineData(TransactionState.Failed, true, FindingKind.Declined)]
    [InlineData(TransactionState.Failed, false, FindingKind.Declined)]
    [InlineData(TransactionState.Disabled, true, FindingKind.Declined)]
    [InlineData(TransactionState.Disabled, false, FindingKind.Declined)]
    [InlineData(TransactionState.Refunded, true, FindingKind.Contradicted)]
    [InlineData(TransactionState.Refunded, false, FindingKind.Contradicted)]
    [InlineData(TransactionState.PartiallyRefunded, true, FindingKind.Contradicted)]
    [InlineData(TransactionState.PartiallyRefunded, false, FindingKind.Contradicted)]
    [InlineData(TransactionState.Unrecognized, true, FindingKind.Contradicted)]
    [InlineData(TransactionState.Unrecognized, false, FindingKind.Contradicted)]
    public void A_status_means_what_the_table_says(TransactionState state, bool patient, FindingKind kind) =>
        Finding.In(new TransactionStatus(state, "word"), patient).Kind.ShouldBe(kind);

    [Fact]
    public void Every_state_stands_in_the_table_of_statuses() => Enum.GetValues<TransactionState>().Length.ShouldBe(9);

    public static TheoryData<EPaymentStatus, long?, bool, bool, bool> EveryLookup() =>
    [
        .. from status in Enum.GetValues<EPaymentStatus>()
           from amount in (long?[])[18_500, 18_499, 18_501, null]
           from refunded in (bool[])[true, false]
           from named in (bool[])[true, false]
           from overdue in (bool[])[true, false]
           select new TheoryDataRow<EPaymentStatus, long?, bool, bool, bool>(status, amount, refunded, named, overdue),
    ];

    [Theory]
    [MemberData(nameof(EveryLookup))]
    public void A_lookup_means_what_the_table_says(EPaymentStatus status, long? amount, bool refunded, bool named, bool overdue)
    {
        Finding finding = Finding.In(Looked(status, amount, refunded, named), Expected, overdue);

        // Khalti's status, what else it says of a completed one, whether the link's time is over: what it means, who
        // should look, whether Khalti is asked on by itself.
        (FindingKind kind, Attention? attention, bool askOn) = (status, refunded, named, amount == 18_500, overdue) switch
        {
            (EPaymentStatus.Completed, true, _, _, _) => (FindingKind.Contradicted, Attention.RefundedAtKhalti, true),
            (EPaymentStatus.Completed, false, false, _, _) => (FindingKind.Contradicted, Attention.UnknownState, true),
            (EPaymentStatus.Completed, false, true, false, _) => (FindingKind.Contradicted, Attention.AmountConflict, false),
            (EPaymentStatus.Completed, false, true, true, _) => (FindingKind.Completed, (Attention?)null, false),
            (EPaymentStatus.Initiated, _, _, _, false) => (FindingKind.Waiting, null, false),
            (EPaymentStatus.Initiated, _, _, _, true) => (FindingKind.Expired, null, false),
            (EPaymentStatus.Pending, _, _, _, _) => (FindingKind.Pending, null, false),
            (EPaymentStatus.Expired, _, _, _, _) => (FindingKind.Expired, null, false),
            (EPaymentStatus.UserCanceled, _, _, _, _) => (FindingKind.Cancelled, null, false),
            (EPaymentStatus.Refunded, _, _, _, _) => (FindingKind.Contradicted, Attention.RefundedAtKhalti, false),
            (EPaymentStatus.PartiallyRefunded, _, _, _, _) => (FindingKind.Contradicted, Attention.RefundedAtKhalti, false),
            (EPaymentStatus.Failed, _, _, _, _) => (FindingKind.Declined, null, false),
            (EPaymentStatus.Unrecognized, _, _, _, _) => (FindingKind.Contradicted, Attention.UnknownState, true),
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not in the table."),
        };
        (finding.Kind, finding.Attention, finding.AskOn).ShouldBe((kind, attention, askOn));
        finding.KhaltiState.ShouldBe("Khalti's word");
        finding.Rule.ShouldContain("Khalti's word");
        finding.Rule.ShouldNotContain("pidx");
        finding.Failure.ShouldBe(kind == FindingKind.Declined ? Failures.FailedAtKhalti : null);
        bool moneyMoved = status is EPaymentStatus.Completed or EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded;
        finding.TransactionId.ShouldBe(named && moneyMoved ? "txn1" : null, "a transaction is believed where money has moved, and nowhere else");
    }

    [Theory]
    [MemberData(nameof(EveryLookup))]
    public void Only_a_completed_link_of_exactly_the_amount_with_a_transaction_makes_an_order_paid(
        EPaymentStatus status, long? amount, bool refunded, bool named, bool overdue) =>
        (Finding.In(Looked(status, amount, refunded, named), Expected, overdue).Kind == FindingKind.Completed)
            .ShouldBe(status == EPaymentStatus.Completed && amount == 18_500 && !refunded && named);

    private static EPayment Looked(EPaymentStatus status, long? amount, bool refunded, bool named) =>
        new("pidx1", status, "Khalti's word", amount is { } paisa ? new Paisa(paisa) : null, named ? "txn1" : null, new Paisa(0), refunded);
}
