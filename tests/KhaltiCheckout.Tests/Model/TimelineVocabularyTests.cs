using System.Text.Json;
using System.Text.Json.Nodes;
using Khalti.Client;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Tests.Support;
using static KhaltiCheckout.Tests.Model.PaidOrder;

namespace KhaltiCheckout.Tests.Model;

/// <summary>All that can happen to an order is told by a known word, with the facts that are promised for it.</summary>
public sealed class TimelineVocabularyTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(35);
    private static readonly Paisa Whole = new(18_500);

    // What only a request for a check records: neither promises a fact.
    private static readonly TimelineEvent[] OfChecks = [TimelineEvent.CheckRequested, TimelineEvent.CheckUnanswered];

    [Fact]
    public void Every_event_carries_the_facts_that_the_vocabulary_promises()
    {
        TimelineEntry[] timeline = [.. Orders().SelectMany(order => order.Timeline)];

        foreach (TimelineEntry entry in timeline)
        {
            IEnumerable<string> facts = entry.Facts is null ? [] : JsonNode.Parse(entry.Facts)!.AsObject().Select(fact => fact.Key);
            TimelineVocabulary.FactsOf(SnakeCase.Read<TimelineEvent>(entry.What)).Except(facts)
                .ShouldBeEmpty($"{entry.What} with {entry.Facts}");
        }

        timeline.Select(entry => SnakeCase.Read<TimelineEvent>(entry.What)).Distinct()
            .ShouldBe(Enum.GetValues<TimelineEvent>().Except(OfChecks), ignoreOrder: true);
        OfChecks.ShouldAllBe(what => TimelineVocabulary.FactsOf(what).Count == 0);
    }

    [Fact]
    public void Every_promised_fact_is_one_that_can_be_told()
    {
        string[] known = [.. typeof(TimelineFacts).GetProperties().Select(fact => JsonNamingPolicy.CamelCase.ConvertName(fact.Name))];

        Enum.GetValues<TimelineEvent>().SelectMany(TimelineVocabulary.FactsOf).Except(known).ShouldBeEmpty();
    }

    [Fact]
    public void Amounts_are_integers_and_words_are_snake_case_and_what_is_not_known_is_left_out()
    {
        (Order order, _) = WithToken(PaymentStatus.Completed);

        order.Timeline.Select(entry => $"{entry.What} {entry.Facts}").ShouldBe(
        [
            """order_placed {"amount":18500,"lines":1}""",
            """payment_verifying {"method":"widget","amount":18500}""",
            """payment_completed {"rule":"unknown_state","state":"Completed","amount":18500,"fee":500,"transactionId":"transaction-1"}""",
        ]);
    }

    [Fact]
    public void Facts_are_read_as_they_were_told_and_an_old_entry_has_none()
    {
        TimelineFacts facts = new("link_overdue", "Initiated", Amount: Whole, Deadline: Now);

        TimelineFacts.Read(facts.ToJson()).ShouldBe(facts);
        TimelineFacts.Read(null).ShouldBeNull();
        TimelineFacts.Read("""{"rule":"no_answer","ofALaterVersion":{"a":1}}""").ShouldBe(new TimelineFacts("no_answer"));
    }

    [Fact]
    public void The_page_about_the_time_after_the_sale_lists_every_event_with_its_facts()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "after-the-sale.md"));

        IEnumerable<string> listed = page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells => cells[1].Split(", ").Select(what => $"{what}: {cells[2]}"));

        Enum.GetValues<TimelineEvent>()
            .Select(what => $"`{SnakeCase.Of(what)}`: {string.Join(", ", TimelineVocabulary.FactsOf(what).Select(fact => $"`{fact}`"))}")
            .Except(listed).ShouldBeEmpty();
    }

    private static IEnumerable<Order> Orders()
    {
        foreach (FindingKind kind in Enum.GetValues<FindingKind>())
        {
            foreach (PaymentStatus status in Enum.GetValues<PaymentStatus>())
            {
                (Order order, Payment payment) = WithLink(status);
                Apply(order, payment, Said(kind, "Said", AttentionReason.RefundedAtKhalti), Now.AddHours(3));
                yield return order;
            }
        }

        yield return Ended(order => order.Cancel(Now));
        yield return Ended(order => order.Expire(Now));
        yield return Ended(order => order.RecordAmountMismatch(new Paisa(1), Now));
        yield return Ended(order => order.RecordForeignToken("pay_other", Now));
        yield return Ended(order =>
        {
            Payment link = order.StartLink(Now, Lease);
            order.Cancel(Now);
            order.ApplyLink(link, new PaymentLink("pidx-2", "https://pay.khalti.test/pidx-2", null), Said(FindingKind.Waiting), Now);
        });
        yield return Ended(order => order.PayByTransaction(
            Said(FindingKind.Completed) with { TransactionId = "transaction-7", AmountPaid = Whole }, RuleId.FoundInList, Actor.Worker,
            Now));
        yield return Ended(order => order.ReportUnmatched("transaction-7", Whole, "Completed", RuleId.AmountDiffers, "said", Now));
        yield return Ended(order => order.ReportDifference(
            RuleId.PaidHereOnly, new DateOnly(2026, 11, 20), paymentId: null, "transaction-7", Whole, atKhalti: null, "said", Now));
        yield return Lost();
        yield return PaidTwice();
        yield return Closed();
        foreach (LedgerState state in Enum.GetValues<LedgerState>())
        {
            yield return Compared(state);
            foreach (int checks in (int[])[1, CheckSchedule.LastCheck])
            {
                yield return Refunded(state, checks);
            }
        }
    }

    private static Order Ended(Action<Order> end)
    {
        Order order = Placed();
        end(order);
        return order;
    }

    private static Order Lost()
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Verifying);
        Apply(order, payment, Said(FindingKind.Unanswered), Now);
        return order;
    }

    private static Order PaidTwice()
    {
        (Order order, Payment link) = WithLink(PaymentStatus.Cancelled);
        Apply(order, order.StartVerifying("token-2", Now, Lease), Said(FindingKind.Completed), Now);
        Apply(order, link, Said(FindingKind.Completed), Now);
        return order;
    }

    private static Order Closed()
    {
        (Order order, _) = WithToken(PaymentStatus.NeedsReview);
        order.Resolve(order.OpenReasons.Single(), "call 9800000001", closePayments: false, keyName: null, Now);
        order.Timeline.ShouldAllBe(entry => entry.Facts == null || !entry.Facts.Contains("980"));
        return order;
    }

    private static Order Compared(LedgerState state)
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Completed);
        LedgerSnapshot ledger = new(state, RuleId.LedgerPartRefunded, "said", "Said", state == LedgerState.RefundedInFull ? Whole : null);
        order.Apply(RefundPolicy.Compare(payment, ledger), payment, ledger, Actor.Khalti, Now, keyName: null);
        return order;
    }

    private static Order Refunded(LedgerState state, int checks)
    {
        (Order order, Payment payment) = WithToken(PaymentStatus.Completed);
        Refund refund = order.StartRefund(payment, Whole, new RefundCommand("9800000001", "call 9800000001", "till", null), Now, Lease);
        LedgerSnapshot ledger = new(state, RuleId.LedgerPaid, "said", "Said");
        for (int check = 0; check < checks && refund.Status.IsOpen(); check++)
        {
            RefundTransition transition = RefundPolicy.Decide(refund, payment, ledger, Actor.Worker, Now.AddHours(1), chance: 0.5);
            order.Apply(transition, refund, payment, Actor.Worker, Now, keyName: null);
        }

        order.Timeline.ShouldAllBe(entry => entry.Facts == null || !entry.Facts.Contains("980"));
        return order;
    }

    private static void Apply(Order order, Payment payment, Finding finding, DateTimeOffset at) =>
        order.Apply(Decide(payment, finding, at: at), payment, Actor.Worker, at);
}
