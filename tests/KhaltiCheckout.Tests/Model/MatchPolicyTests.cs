using Khalti.Client;
using KhaltiCheckout.Model;
using static KhaltiCheckout.Tests.Model.PaidOrder;

namespace KhaltiCheckout.Tests.Model;

/// <summary>When a transaction that Khalti knows, and no payment here has, pays an order.</summary>
public sealed class MatchPolicyTests
{
    private static readonly Finding Completed =
        new(FindingKind.Completed, RuleId.CompletedAsExpected, "said", "Completed", "transaction-7", AmountPaid: new Paisa(18_500));

    private static readonly DateTimeOffset Later = Now.AddHours(3);

    public static TheoryData<FindingKind> OtherFindings() => [.. Enum.GetValues<FindingKind>().Except([FindingKind.Completed])];

    public static TheoryData<PaymentStatus> EveryStatus() => [.. Enum.GetValues<PaymentStatus>()];

    [Fact]
    public void A_completed_transaction_pays_an_order_without_payments()
    {
        MatchPolicy.Decide(Placed(), Completed, new PaymentAnswers(), isManual: false, Later).ShouldBeOfType<MatchDecision.Pay>();
    }

    [Theory]
    [MemberData(nameof(OtherFindings))]
    public void Any_other_finding_is_for_a_person(FindingKind kind)
    {
        foreach (bool isManual in (bool[])[true, false])
        {
            MatchPolicy.Decide(Placed(), Completed with { Kind = kind }, new PaymentAnswers(), isManual, Later)
                .ShouldBe(new MatchDecision.Report(RuleId.CompletedAsExpected));
        }
    }

    [Theory]
    [MemberData(nameof(EveryStatus))]
    public void Without_an_answer_about_a_payment_that_may_be_it_nothing_is_paid(PaymentStatus status)
    {
        (Order order, Payment payment) = WithLink(status);

        MatchDecision decision = MatchPolicy.Decide(order, Completed, new PaymentAnswers(), isManual: false, Later);

        decision.ShouldNotBeOfType<MatchDecision.Pay>();
        decision.ShouldBe(
            !payment.MayOwnUnknownTransaction ? new MatchDecision.Report(RuleId.OrderPaidAlready)
            : status == PaymentStatus.NeedsReview ? new MatchDecision.Report(RuleId.PaymentInReview)
            : new MatchDecision.Wait(RuleId.OtherPaymentOpen));
    }

    [Fact]
    public void An_answer_counts_only_for_the_payment_as_it_has_left_it()
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Failed);
        PaymentAnswers answers = new();
        answers.Add(payment, Completed with { Kind = FindingKind.Declined });
        MatchPolicy.Decide(order, Completed, answers, isManual: false, Later).ShouldBeOfType<MatchDecision.Pay>();

        payment.RecordCheckWithoutChange(Completed with { Kind = FindingKind.Declined }, Later);

        MatchPolicy.Decide(order, Completed, answers, isManual: false, Later).ShouldBeOfType<MatchDecision.Wait>();
    }

    [Theory]
    [InlineData(FindingKind.Unanswered)]
    [InlineData(FindingKind.Undecided)]
    [InlineData(FindingKind.Pending)]
    [InlineData(FindingKind.Contradicted)]
    [InlineData(FindingKind.Completed)]
    public void An_answer_that_leaves_it_open_does_not_exclude_a_payment(FindingKind kind)
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Failed);
        PaymentAnswers answers = new();
        answers.Add(payment, Completed with { Kind = kind });

        MatchPolicy.Decide(order, Completed, answers, isManual: false, Later).ShouldBe(new MatchDecision.Wait(RuleId.OtherPaymentOpen));
    }

    [Theory]
    [InlineData(PaymentStatus.Failed, 6, true)]
    [InlineData(PaymentStatus.Failed, 4, false)]
    [InlineData(PaymentStatus.Verifying, 6, false)]
    public void A_failed_payment_that_Khalti_does_not_know_after_some_minutes_is_excluded(
        PaymentStatus status, int minutes, bool isExcluded)
    {
        (Order order, Payment payment) = WithToken(status);
        PaymentAnswers answers = new();
        answers.Add(payment, Completed with
        {
            Kind = FindingKind.Undecided,
            RuleId = RuleId.NotConfirmedYet,
            IsNotFound = true,
            AskedAt = payment.CreatedAt.AddMinutes(minutes),
        });

        MatchPolicy.Decide(order, Completed, answers, isManual: false, Later).ShouldBe(
            isExcluded ? new MatchDecision.Pay() : new MatchDecision.Wait(RuleId.OtherPaymentOpen));
    }

    [Fact]
    public void An_order_that_is_paid_takes_another_transaction_only_from_a_person()
    {
        (Order order, _) = WithToken(PaymentStatus.Completed);

        MatchPolicy.Decide(order, Completed, new PaymentAnswers(), isManual: false, Later)
            .ShouldBe(new MatchDecision.Report(RuleId.OrderPaidAlready));
        MatchPolicy.Decide(order, Completed, new PaymentAnswers(), isManual: true, Later).ShouldBeOfType<MatchDecision.Pay>();
    }

    [Fact]
    public void A_payment_in_review_is_for_a_person()
    {
        (Order order, _) = WithToken(PaymentStatus.NeedsReview);

        MatchPolicy.Decide(order, Completed, new PaymentAnswers(), isManual: false, Later)
            .ShouldBe(new MatchDecision.Report(RuleId.PaymentInReview));
    }
}
