using Khalti.Client;
using KhaltiCheckout.Model;
using static KhaltiCheckout.Tests.Model.PaidOrder;

namespace KhaltiCheckout.Tests.Model;

/// <summary>What Khalti's records mean for a refund whose answer was lost, and for a payment that they are compared with.</summary>
public sealed class RefundPolicyTests
{
    private static readonly Paisa Part = new(500);
    private static readonly Paisa Whole = new(18_500);

    private static readonly Dictionary<string, LedgerSnapshot> Ledgers = new(StringComparer.Ordinal)
    {
        ["paid"] = new(LedgerState.Paid, RuleId.LedgerPaid, "said", "Completed", Paisa.Zero),
        ["refunded"] = new(LedgerState.RefundedInFull, RuleId.LedgerPaid, "said", "Refunded", Whole),
        ["part"] = new(LedgerState.RefundedInPart, RuleId.LedgerPaid, "said", "Partially Refunded"),
        ["500"] = new(LedgerState.RefundedInPart, RuleId.LedgerPaid, "said", "Partially Refunded", Part),
        ["1000"] = new(LedgerState.RefundedInPart, RuleId.LedgerPaid, "said", "Partially Refunded", new Paisa(1_000)),
        ["unclear"] = new(LedgerState.Unclear, RuleId.LedgerPaid, "said", "Odd"),
        ["unanswered"] = new(LedgerState.Unanswered, RuleId.LedgerPaid, "no answer"),
    };

    [Theory]
    [InlineData("paid", false, "ScheduleRetry", "Fail")]
    [InlineData("paid", true, "ScheduleRetry", "Fail")]
    [InlineData("refunded", false, "Complete", "Complete")]
    [InlineData("refunded", true, "Complete", "Complete")]
    [InlineData("part", false, "ScheduleRetry", "Fail")]
    [InlineData("part", true, "Complete", "Complete")]
    [InlineData("500", false, "ScheduleRetry", "ScheduleRetry")]
    [InlineData("500", true, "Complete", "Complete")]
    [InlineData("unclear", false, "ScheduleRetry", "ScheduleRetry")]
    [InlineData("unclear", true, "ScheduleRetry", "ScheduleRetry")]
    [InlineData("unanswered", false, "ScheduleRetry", "ScheduleRetry")]
    [InlineData("unanswered", true, "ScheduleRetry", "ScheduleRetry")]
    public void A_lost_refund_is_settled_by_Khaltis_records(string ledger, bool isPart, string young, string old)
    {
        (Order order, Payment payment, Refund refund) = Lost(isPart ? Part : Whole);
        Name(refund, payment, ledger, Now).ShouldBe(young);

        // Not seen three times, and a quarter of an hour old.
        for (int check = 0; check < 2; check++)
        {
            Apply(order, payment, refund, "paid", Now);
        }

        Name(refund, payment, ledger, Now.AddMinutes(16)).ShouldBe(old);
        Apply(order, payment, refund, ledger, Now.AddMinutes(16));
        refund.Status.ShouldBe(old switch
        {
            "Fail" => RefundStatus.Failed,
            "Complete" => RefundStatus.Completed,
            _ => RefundStatus.Unknown,
        });
    }

    [Fact]
    public void A_refund_is_not_called_failed_before_Khalti_has_had_time_to_make_it()
    {
        (Order order, Payment payment, Refund refund) = Lost(Whole);
        for (int check = 0; check < 5; check++)
        {
            Apply(order, payment, refund, "paid", Now.AddMinutes(14));
        }

        Name(refund, payment, "paid", Now.AddMinutes(14)).ShouldBe("ScheduleRetry");
        Name(refund, payment, "paid", Now.AddMinutes(15)).ShouldBe("Fail");
    }

    [Theory]
    [InlineData("unclear", 4)]
    [InlineData("unanswered", 29)]
    [InlineData("500", 4)]
    public void Staff_are_told_once_of_a_refund_that_stays_unknown(string ledger, int check)
    {
        (Order order, Payment payment, Refund refund) = Lost(Whole);

        List<bool> told = [];
        for (int checks = 0; checks < 2 * CheckSchedule.LastCheck; checks++)
        {
            told.Add(Decide(refund, payment, ledger, Now).ShouldBeOfType<RefundTransition.ScheduleRetry>().Escalate);
            Apply(order, payment, refund, ledger, Now);
        }

        told.IndexOf(true).ShouldBe(check - 1);
        told.Count(isTold => isTold).ShouldBe(1);
    }

    [Fact]
    public void Asking_about_a_refund_besides_the_worker_neither_counts_nor_puts_off_the_next_check()
    {
        (Order order, Payment payment, Refund refund) = Lost(Whole);
        Apply(order, payment, refund, "unclear", Now);
        (int checks, DateTimeOffset? next) = (refund.Checks, refund.NextCheckAt);

        RefundTransition transition = RefundPolicy.Decide(refund, payment, Ledgers["unclear"], Actor.Merchant, Now, chance: 0.5);
        order.Apply(transition, refund, payment, Actor.Merchant, Now, keyName: null);

        transition.ShouldBeOfType<RefundTransition.RecordCheck>();
        (refund.Checks, refund.NextCheckAt).ShouldBe((checks, next));
    }

    [Theory]
    [InlineData("paid", true, ManualSettlementResult.Contradicted, ManualSettlementResult.Contradicted)]
    [InlineData("paid", false, ManualSettlementResult.TooEarly, ManualSettlementResult.Taken)]
    [InlineData("refunded", true, ManualSettlementResult.Taken, ManualSettlementResult.Taken)]
    [InlineData("refunded", false, ManualSettlementResult.Contradicted, ManualSettlementResult.Contradicted)]
    [InlineData("unclear", true, ManualSettlementResult.Taken, ManualSettlementResult.Taken)]
    [InlineData("unclear", false, ManualSettlementResult.TooEarly, ManualSettlementResult.Taken)]
    [InlineData("unanswered", true, ManualSettlementResult.Taken, ManualSettlementResult.Taken)]
    public void The_word_of_staff_about_a_refund_is_taken_unless_Khaltis_records_contradict_it(
        string ledger, bool completed, object young, object old)
    {
        (_, Payment payment, Refund refund) = Lost(Whole);

        RefundPolicy.DecideManually(refund, payment, Ledgers[ledger], completed, Now).ShouldBe(young);
        RefundPolicy.DecideManually(refund, payment, Ledgers[ledger], completed, Now.AddMinutes(15)).ShouldBe(old);
    }

    [Theory]
    [InlineData(PaymentStatus.Completed, "paid", "None")]
    [InlineData(PaymentStatus.Completed, "refunded", "AddRefund")]
    [InlineData(PaymentStatus.Completed, "500", "AddRefund")]
    [InlineData(PaymentStatus.Completed, "part", "AddPartRefund")]
    [InlineData(PaymentStatus.Completed, "unclear", "ReportDifference")]
    [InlineData(PaymentStatus.Completed, "unanswered", "None")]
    [InlineData(PaymentStatus.PartiallyRefunded, "paid", "ReportDifference")]
    [InlineData(PaymentStatus.PartiallyRefunded, "refunded", "AddRefund")]
    [InlineData(PaymentStatus.PartiallyRefunded, "part", "UpdateState")]
    [InlineData(PaymentStatus.PartiallyRefunded, "500", "UpdateState")]
    [InlineData(PaymentStatus.PartiallyRefunded, "1000", "AddRefund")]
    [InlineData(PaymentStatus.PartiallyRefunded, "unclear", "ReportDifference")]
    [InlineData(PaymentStatus.PartiallyRefunded, "unanswered", "None")]
    [InlineData(PaymentStatus.Refunded, "paid", "ReportDifference")]
    [InlineData(PaymentStatus.Refunded, "refunded", "None")]
    [InlineData(PaymentStatus.Refunded, "500", "ReportDifference")]
    [InlineData(PaymentStatus.Refunded, "part", "ReportDifference")]
    [InlineData(PaymentStatus.Failed, "refunded", "None")]
    public void What_Khaltis_records_say_of_a_paid_payment_is_recorded_once(PaymentStatus status, string ledger, string expected)
    {
        (Order order, Payment payment) = WithToken(status);

        LedgerCorrection correction = RefundPolicy.Compare(payment, Ledgers[ledger]);
        order.Apply(correction, payment, Ledgers[ledger], Actor.Khalti, Now, keyName: null);

        correction.GetType().Name.ShouldBe(expected);
        RefundPolicy.Compare(payment, Ledgers[ledger]).GetType().Name.ShouldBe(expected == "ReportDifference" ? expected : "None");
    }

    [Fact]
    public void While_a_refund_is_open_the_payment_is_not_compared()
    {
        (_, Payment payment, _) = Lost(Part);

        RefundPolicy.Compare(payment, Ledgers["refunded"]).ShouldBeOfType<LedgerCorrection.None>();
    }

    private static (Order Order, Payment Payment, Refund Refund) Lost(Paisa amount)
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Completed);
        Refund refund = order.StartRefund(payment, amount, new RefundCommand(null, null, null, null), Now, TimeSpan.FromSeconds(35));
        return (order, payment, refund);
    }

    private static RefundTransition Decide(Refund refund, Payment payment, string ledger, DateTimeOffset now) =>
        RefundPolicy.Decide(refund, payment, Ledgers[ledger], Actor.Worker, now, chance: 0.5);

    private static string Name(Refund refund, Payment payment, string ledger, DateTimeOffset now) =>
        Decide(refund, payment, ledger, now).GetType().Name;

    private static void Apply(Order order, Payment payment, Refund refund, string ledger, DateTimeOffset now) =>
        order.Apply(Decide(refund, payment, ledger, now), refund, payment, Actor.Worker, now, keyName: null);
}
