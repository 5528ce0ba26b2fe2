using Khalti.Client;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;

namespace KhaltiCheckout.Tests.Orders;

/// <summary>What a transaction record means: every state, with the right and a wrong amount, refunded or not, made for this
/// order, for another or for nobody knows what.</summary>
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
}
