using KhaltiCheckout.Model;
using static KhaltiCheckout.Tests.Model.PaidOrder;

namespace KhaltiCheckout.Tests.Model;

/// <summary>What every kind of answer does to a payment in every status, and what it does when another answer was faster.</summary>
public sealed class PaymentPolicyTests
{
    // A link that has ended is owed late checks; a payment under review is owed some only where Khalti may clear it up.
    private const string Links = """
        status             Completed Declined Contradicted Cancelled Expired  Pending  Waiting  Undecided Unanswered
        Initiated          Complete  Decline  Hold         Close     Close    Pending  Retry    Retry     Retry
        Verifying          Complete  Decline  Hold         Close     Close    Retry    Waiting  Retry     Retry
        Completed          Check     Check    Check        Check     Check    Check    Check    Check     EndLease
        Failed             Complete  Check    Hold         Check     Check    Pending  Retry    Retry     Retry
        Cancelled          Complete  Check    Hold         Check     Check    Pending  Retry    Retry     Retry
        Expired            Complete  Check    Hold         Check     Check    Pending  Retry    Retry     Retry
        NeedsReview        Complete  Decline  Check        Close     Close    Check    Check    Check     EndLease
        NeedsReview+asked  Complete  Decline  Retry        Close     Close    Retry    Retry    Retry     Retry
        PartiallyRefunded  Check     Check    Check        Check     Check    Check    Check    Check     EndLease
        Refunded           Check     Check    Check        Check     Check    Check    Check    Check     EndLease
        """;

    // The widget knows none of an ePayment's answers.
    private const string Tokens = """
        status             Completed Declined Contradicted Undecided Unanswered
        Verifying          Complete  Decline  Hold         Retry     Retry
        Completed          Check     Check    Check        Check     EndLease
        Failed             Complete  Check    Hold         Retry     Retry
        NeedsReview        Complete  Decline  Check        Check     EndLease
        NeedsReview+asked  Complete  Decline  Retry        Retry     Retry
        PartiallyRefunded  Check     Check    Check        Check     EndLease
        Refunded           Check     Check    Check        Check     EndLease
        """;

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["Hold"] = nameof(PaymentTransition.HoldForReview),
        ["Close"] = nameof(PaymentTransition.CloseLink),
        ["Pending"] = nameof(PaymentTransition.MarkPending),
        ["Waiting"] = nameof(PaymentTransition.MarkWaiting),
        ["Retry"] = nameof(PaymentTransition.ScheduleRetry),
        ["Check"] = nameof(PaymentTransition.RecordCheck),
    };

    public static TheoryData<string, FindingKind, string> EveryLink() => Pairs(Links);

    public static TheoryData<string, FindingKind, string> EveryToken() => Pairs(Tokens);

    [Fact]
    public void The_table_has_every_status_and_every_kind_of_answer()
    {
        EveryLink().Select(row => row.Data.Item2).Distinct().ShouldBe(Enum.GetValues<FindingKind>(), ignoreOrder: true);
        EveryLink().Select(row => StatusIn(row.Data.Item1)).Distinct().ShouldBe(Enum.GetValues<PaymentStatus>(), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(EveryLink))]
    public void An_answer_does_to_a_link_what_the_table_says(string status, FindingKind kind, string expected)
    {
        (Order order, Payment payment) = WithLink(StatusIn(status), AsksOn(status));

        DecideAndApply(order, payment, kind).ShouldBe(expected);
    }

    [Theory]
    [MemberData(nameof(EveryToken))]
    public void An_answer_does_to_a_widget_payment_what_the_table_says(string status, FindingKind kind, string expected)
    {
        (Order order, Payment payment) = WithToken(StatusIn(status), AsksOn(status));

        DecideAndApply(order, payment, kind).ShouldBe(expected);
    }

    [Theory]
    [MemberData(nameof(EveryLink))]
    public void Of_answers_about_an_older_version_only_money_and_what_is_under_way_count(string status, FindingKind kind, string expected)
    {
        (_, Payment payment) = WithLink(StatusIn(status), AsksOn(status));

        PaymentTransition transition = Decide(payment, Said(kind), version: payment.Version - 1);

        transition.GetType().Name.ShouldBe(
            kind is FindingKind.Completed or FindingKind.Contradicted or FindingKind.Pending ? expected : nameof(PaymentTransition.Ignore));
    }

    [Fact]
    public void A_refused_verify_of_a_token_that_somebody_else_asked_about_settles_nothing()
    {
        (_, Payment payment) = WithToken(PaymentStatus.Verifying);
        Finding refused = new(FindingKind.Declined, RuleId.RefusedByKhalti, "refused", Failure: Failures.RefusedByKhalti);

        Decide(payment, refused).ShouldBeOfType<PaymentTransition.Decline>();
        Decide(payment, refused, version: payment.Version - 1).ShouldBeOfType<PaymentTransition.ScheduleRetry>()
            .Finding.Kind.ShouldBe(FindingKind.Undecided);
    }

    [Theory]
    [InlineData(PaymentStatus.Initiated)]
    [InlineData(PaymentStatus.Cancelled)]
    [InlineData(PaymentStatus.Expired)]
    public void A_returned_shopper_may_have_paid_whatever_Khalti_leaves_unsaid(PaymentStatus status)
    {
        foreach (FindingKind kind in (FindingKind[])[FindingKind.Undecided, FindingKind.Unanswered])
        {
            (_, Payment payment) = WithLink(status);

            Decide(payment, Said(kind), Actor.Shopper, returned: true).ShouldBeOfType<PaymentTransition.MarkPending>();
        }
    }

    [Fact]
    public void Only_the_first_check_without_an_answer_is_recorded_and_only_the_last_tells_staff()
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Verifying);
        Finding lost = new(FindingKind.Unanswered, RuleId.NoAnswer, "no answer");

        List<PaymentTransition.ScheduleRetry> retries = [];
        for (int check = 0; check <= CheckSchedule.LastCheck; check++)
        {
            PaymentTransition transition = Decide(payment, lost);
            retries.Add(transition.ShouldBeOfType<PaymentTransition.ScheduleRetry>());
            order.Apply(transition, payment, Actor.Worker, Now);
        }

        retries.FindIndex(retry => retry.RecordUnknown).ShouldBe(0);
        retries.Count(retry => retry.RecordUnknown).ShouldBe(1);
        retries.FindIndex(retry => retry.Escalate).ShouldBe(CheckSchedule.LastCheck - 1);
        retries.Count(retry => retry.Escalate).ShouldBe(1);
    }

    [Fact]
    public void Asking_besides_the_worker_neither_counts_nor_puts_off_the_next_check()
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Verifying);
        Finding lost = new(FindingKind.Unanswered, RuleId.NoAnswer, "no answer");
        order.Apply(Decide(payment, lost), payment, Actor.Worker, Now);
        (int checks, DateTimeOffset? next) = (payment.Checks, payment.NextCheckAt);

        PaymentTransition transition = Decide(payment, lost, Actor.Merchant, at: Now.AddSeconds(3));
        order.Apply(transition, payment, Actor.Merchant, Now.AddSeconds(3));

        transition.ShouldBeOfType<PaymentTransition.ScheduleRetry>().IsOutOfSchedule.ShouldBeTrue();
        (payment.Checks, payment.NextCheckAt).ShouldBe((checks, next));
    }

    [Fact]
    public void A_link_that_stays_open_after_its_time_tells_staff_once()
    {
        (Order order, Payment payment) = WithLink(PaymentStatus.Initiated);
        Finding lost = new(FindingKind.Unanswered, RuleId.NoAnswer, "no answer");
        DateTimeOffset late = Now.AddHours(2);

        Decide(payment, lost, at: Now.AddMinutes(30)).ShouldBeOfType<PaymentTransition.ScheduleRetry>().Escalate.ShouldBeFalse();
        PaymentTransition first = Decide(payment, lost, at: late);
        order.Apply(first, payment, Actor.Worker, late);

        first.ShouldBeOfType<PaymentTransition.ScheduleRetry>().Escalate.ShouldBeTrue();
        Decide(payment, lost, at: late.AddMinutes(1)).ShouldBeOfType<PaymentTransition.ScheduleRetry>().Escalate.ShouldBeFalse();
    }

    [Fact]
    public void A_refund_at_Khalti_of_a_completed_payment_is_reported()
    {
        (_, Payment payment) = WithToken(PaymentStatus.Completed);

        Decide(payment, Said(FindingKind.Contradicted, "Refunded", attention: AttentionReason.RefundedAtKhalti))
            .ShouldBeOfType<PaymentTransition.ReportRefund>();
    }

    [Fact]
    public void A_contradiction_that_staff_knew_when_they_closed_the_payment_changes_nothing()
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.NeedsReview);
        order.Resolve(order.OpenReasons.Single(), "seen", closePayments: false, keyName: null, Now);
        payment.Failure.ShouldBe(Failures.ClosedByMerchant);

        Decide(payment, Said(FindingKind.Contradicted, "Odd")).ShouldBeOfType<PaymentTransition.RecordCheck>();
        Decide(payment, Said(FindingKind.Contradicted, "Odder")).ShouldBeOfType<PaymentTransition.HoldForReview>();
    }

    [Fact]
    public void A_failed_payment_that_Khalti_calls_completed_is_asked_about_until_it_is_clear()
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Failed);
        DateTimeOffset late = Now.AddHours(2);
        order.Apply(Decide(payment, Said(FindingKind.Declined), at: late), payment, Actor.Worker, late);
        payment.NextCheckAt.ShouldBeNull();

        Decide(payment, Said(FindingKind.Undecided)).ShouldBeOfType<PaymentTransition.RecordCheck>();
        Decide(payment, Said(FindingKind.Undecided, "Completed")).ShouldBeOfType<PaymentTransition.ScheduleRetry>();
    }

    [Fact]
    public void A_transaction_of_another_payment_is_a_contradiction_and_is_not_taken_over()
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Verifying);
        Finding finding = PaymentPolicy.WithTransactionOfAnother(
            Said(FindingKind.Completed, "Completed") with { TransactionId = "transaction-2" });

        order.Apply(Decide(payment, finding), payment, Actor.Khalti, Now);

        (payment.Status, payment.TransactionId).ShouldBe((PaymentStatus.NeedsReview, null));
        order.Status.ShouldBe(OrderStatus.Pending);
    }

    // Applied as well: a transition that the model cannot carry out is thrown by it.
    private static string DecideAndApply(Order order, Payment payment, FindingKind kind)
    {
        PaymentTransition transition = Decide(payment, Said(kind));
        order.Apply(transition, payment, Actor.Worker, Now);
        return transition.GetType().Name;
    }

    private static PaymentStatus StatusIn(string row) => Enum.Parse<PaymentStatus>(row.Split('+')[0]);

    private static bool AsksOn(string row) => row.EndsWith("+asked", StringComparison.Ordinal);

    private static TheoryData<string, FindingKind, string> Pairs(string table)
    {
        string[][] rows = [.. table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        return
        [
            .. from row in rows.Skip(1)
               from column in Enumerable.Range(1, row.Length - 1)
               select new TheoryDataRow<string, FindingKind, string>(
                   row[0], Enum.Parse<FindingKind>(rows[0][column]), Names.GetValueOrDefault(row[column], row[column])),
        ];
    }
}
