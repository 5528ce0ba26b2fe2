using System.Globalization;
using Khalti.Client;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Model;

/// <summary>Money at Khalti of which no token or link told the shop.</summary>
public sealed partial class Order
{
    /// <summary>Adds the payment of a transaction that <see cref="MatchPolicy"/> has given to this order.</summary>
    /// <param name="finding">What Khalti says of it: completed, with the order's amount.</param>
    /// <param name="rule">How it was found.</param>
    /// <param name="by">Who found it.</param>
    /// <param name="now">When.</param>
    /// <param name="note">What a person said of it.</param>
    /// <param name="keyName">The name of the API key.</param>
    internal Payment PayByTransaction(
        Finding finding, RuleId rule, Actor by, DateTimeOffset now, string? note = null, string? keyName = null)
    {
        Payment payment = Payment.OfTransaction(Id, Amount, now);
        _payments.Add(payment);
        Record(
            TimelineEvent.TransactionMatched, by, now, TimelineFacts.Of(finding) with { Rule = SnakeCase.Of(rule) },
            note ?? $"transaction {finding.TransactionId}; {finding.Rule}", payment.Id, keyName);
        Apply(PaymentPolicy.Decide(payment, finding, new PaymentInquiry(payment.Version, by), now, chance: 0.5), payment, by, now);
        return payment;
    }

    /// <summary>Has a person look at a transaction that was paid for this order and can't pay it by itself.</summary>
    internal void ReportUnmatched(string transactionId, Paisa amount, string state, RuleId rule, string said, DateTimeOffset now)
    {
        if (_reasons.Exists(reason =>
            reason.IsOpen && reason.Is(AttentionReason.UnmatchedTransaction, paymentId: null, refundId: null, transactionId)))
        {
            return;
        }

        TimelineFacts facts = TimelineFacts.Of(rule, state) with { Amount = amount, Expected = Amount, TransactionId = transactionId };
        Record(TimelineEvent.TransactionUnmatched, Actor.Worker, now, facts, $"transaction {transactionId}; {said}");
        RaiseAttention(AttentionReason.UnmatchedTransaction, paymentId: null, refundId: null, transactionId, now);
    }

    /// <summary>The night's comparison found a difference, which a person signs.</summary>
    internal void ReportDifference(
        RuleId rule, DateOnly day, string? paymentId, string? transactionId, Paisa? here, Paisa? atKhalti, string said, DateTimeOffset now)
    {
        TimelineFacts facts = TimelineFacts.Of(rule) with
        {
            Expected = here,
            Amount = atKhalti,
            TransactionId = transactionId,
            Day = day,
        };
        Record(
            TimelineEvent.BooksDiffer, Actor.Worker, now, facts,
            string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}: {said}"), paymentId);
        RaiseAttention(AttentionReason.BooksDiffer, paymentId, refundId: null, transactionId: null, now);
    }
}
