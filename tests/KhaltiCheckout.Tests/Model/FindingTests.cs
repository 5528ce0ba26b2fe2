using Khalti.Client;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Tests.Model;

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

    // For each state the letters of Meanings: the right amount, made for this order, for another, for nobody knows what; the same
    // with a wrong amount; then both once more where Khalti says that it was refunded.
    private static readonly Dictionary<TransactionState, string> Records = new()
    {
        [TransactionState.Unrecognized] = "UUU UUU RRR RRR",
        [TransactionState.Initiated] = "--- --- RRR RRR",
        [TransactionState.Confirmed] = "--- --- RRR RRR",
        [TransactionState.Completed] = "PUP AAA RRR RRR",
        [TransactionState.Disabled] = "DDD DDD RRR RRR",
        [TransactionState.Refunded] = "RRR RRR RRR RRR",
        [TransactionState.PartiallyRefunded] = "RRR RRR RRR RRR",
        [TransactionState.Failed] = "DDD DDD RRR RRR",
        [TransactionState.NotFound] = "UUU UUU RRR RRR",
    };

    // For each status: named, and nameless, each with the right amount, a paisa less, a paisa more, none; then both once more where
    // Khalti says that it was refunded. Initiated stands here as it is while the link can be paid.
    private static readonly Dictionary<EPaymentStatus, string> Lookups = new()
    {
        [EPaymentStatus.Unrecognized] = "uuuu uuuu uuuu uuuu",
        [EPaymentStatus.Initiated] = "WWWW WWWW WWWW WWWW",
        [EPaymentStatus.Pending] = "HHHH HHHH HHHH HHHH",
        [EPaymentStatus.Completed] = "PAAA uuuu rrrr rrrr",
        [EPaymentStatus.Expired] = "XXXX XXXX XXXX XXXX",
        [EPaymentStatus.UserCanceled] = "CCCC CCCC CCCC CCCC",
        [EPaymentStatus.Refunded] = "RRRR RRRR RRRR RRRR",
        [EPaymentStatus.PartiallyRefunded] = "RRRR RRRR RRRR RRRR",
        [EPaymentStatus.Failed] = "DDDD DDDD DDDD DDDD",
    };

    // Small letters: Khalti may clear it up, and is asked on.
    private static readonly Dictionary<char, (FindingKind Kind, AttentionReason? Attention, bool AskOn)> Meanings = new()
    {
        ['P'] = (FindingKind.Completed, null, false),
        ['-'] = (FindingKind.Undecided, null, false),
        ['D'] = (FindingKind.Declined, null, false),
        ['W'] = (FindingKind.Waiting, null, false),
        ['H'] = (FindingKind.Pending, null, false),
        ['X'] = (FindingKind.Expired, null, false),
        ['C'] = (FindingKind.Cancelled, null, false),
        ['A'] = (FindingKind.Contradicted, AttentionReason.AmountConflict, false),
        ['R'] = (FindingKind.Contradicted, AttentionReason.RefundedAtKhalti, false),
        ['r'] = (FindingKind.Contradicted, AttentionReason.RefundedAtKhalti, true),
        ['U'] = (FindingKind.Contradicted, AttentionReason.UnknownState, false),
        ['u'] = (FindingKind.Contradicted, AttentionReason.UnknownState, true),
    };

    [Fact]
    public void Every_transaction_record_has_the_finding_of_the_table()
    {
        Records.Keys.Order().ShouldBe(Enum.GetValues<TransactionState>().Order(), "a row for every state");
        foreach ((TransactionState state, string row) in Records)
        {
            Finding[] findings =
            [
                .. from refunded in (bool[])[false, true]
                   from amount in (long[])[18_500, 18_499]
                   from product in (string?[])[OrderId, "ord_another", null]
                   select WidgetFindings.Of(
                       new Transaction(
                           "idx1", state, state.ToString(), new Paisa(amount), new Paisa(555), refunded, product, CreatedOn: null),
                       Expected, OrderId),
            ];

            Letters(findings, groupsOf: 3).ShouldBe(row, state.ToString());
            findings.ShouldAllBe(finding => finding.KhaltiState == state.ToString() && finding.Rule.Contains(state.ToString()));
            findings.ShouldAllBe(finding => (finding.Failure == null) == (finding.Kind != FindingKind.Declined));
        }
    }

    [Theory]
    [MemberData(nameof(Every))]
    public void Only_a_completed_record_of_exactly_the_amount_makes_an_order_paid(
        TransactionState state, bool amountEqual, bool refunded, string? product)
    {
        Transaction record =
            new("idx1", state, "word", new Paisa(amountEqual ? 18_500 : 18_501), Fee: null, refunded, product, CreatedOn: null);

        bool paid = WidgetFindings.Of(record, Expected, OrderId).Kind == FindingKind.Completed;

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
    public void Every_status_answer_has_the_finding_of_the_table(TransactionState state, bool patient, FindingKind kind) =>
        WidgetFindings.Of(new TransactionStatus(state, "word"), patient).Kind.ShouldBe(kind);

    [Fact]
    public void Every_state_is_in_the_table_of_statuses() => Enum.GetValues<TransactionState>().Length.ShouldBe(9);

    public static TheoryData<EPaymentStatus, long?, bool, bool, bool> EveryLookup() =>
    [
        .. from status in Enum.GetValues<EPaymentStatus>()
           from amount in (long?[])[18_500, 18_499, 18_501, null]
           from refunded in (bool[])[true, false]
           from named in (bool[])[true, false]
           from overdue in (bool[])[true, false]
           select new TheoryDataRow<EPaymentStatus, long?, bool, bool, bool>(status, amount, refunded, named, overdue),
    ];

    [Fact]
    public void Every_lookup_answer_has_the_finding_of_the_table()
    {
        Lookups.Keys.Order().ShouldBe(Enum.GetValues<EPaymentStatus>().Order(), "a row for every status");
        foreach ((EPaymentStatus status, string row) in Lookups)
        {
            Letters(FindingsOf(status, overdue: false), groupsOf: 4).ShouldBe(row, status.ToString());

            // A link that nobody paid is over when its time is; nothing else is decided by the time.
            Letters(FindingsOf(status, overdue: true), groupsOf: 4).ShouldBe(row.Replace('W', 'X'), $"{status}, late");
        }
    }

    [Theory]
    [MemberData(nameof(EveryLookup))]
    public void A_lookup_keeps_Khaltis_state_and_a_transaction_only_with_moved_money(
        EPaymentStatus status, long? amount, bool refunded, bool named, bool overdue)
    {
        Finding finding = LinkFindings.Of(Looked(status, amount, refunded, named), Expected, overdue);

        finding.KhaltiState.ShouldBe("Khalti's word");
        finding.Rule.ShouldContain("Khalti's word");
        finding.Rule.ShouldNotContain("pidx");
        finding.Failure.ShouldBe(status == EPaymentStatus.Failed ? Failures.FailedAtKhalti : null);
        bool moneyMoved = status is EPaymentStatus.Completed or EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded;
        finding.TransactionId.ShouldBe(named && moneyMoved ? "txn1" : null);
    }

    [Theory]
    [MemberData(nameof(EveryLookup))]
    public void Only_a_completed_link_of_exactly_the_amount_with_a_transaction_makes_an_order_paid(
        EPaymentStatus status, long? amount, bool refunded, bool named, bool overdue) =>
        (LinkFindings.Of(Looked(status, amount, refunded, named), Expected, overdue).Kind == FindingKind.Completed)
            .ShouldBe(status == EPaymentStatus.Completed && amount == 18_500 && !refunded && named);

    private static Finding[] FindingsOf(EPaymentStatus status, bool overdue) =>
    [
        .. from refunded in (bool[])[false, true]
           from named in (bool[])[true, false]
           from amount in (long?[])[18_500, 18_499, 18_501, null]
           select LinkFindings.Of(Looked(status, amount, refunded, named), Expected, overdue),
    ];

    private static string Letters(Finding[] findings, int groupsOf) => string.Join(' ', findings
        .Select(finding => Meanings.Single(meaning => meaning.Value == (finding.Kind, finding.Attention, finding.AskOn)).Key)
        .Chunk(groupsOf).Select(group => new string(group)));

    private static EPayment Looked(EPaymentStatus status, long? amount, bool refunded, bool named) =>
        new("pidx1", status, "Khalti's word", amount is { } paisa ? new Paisa(paisa) : null, named ? "txn1" : null, new Paisa(0), refunded);
}
