using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;

namespace KhaltiCheckout.Payments;

/// <summary>Transactions that Khalti knows and no payment here has.</summary>
internal sealed partial class PaymentProcessor
{
    /// <summary>
    /// Finds out whether a transaction pays an order, and pays it. First Khalti is asked about every payment of the order that the
    /// transaction might belong to, without verifying any; then it is decided in the transaction that saves the decision.
    /// </summary>
    /// <param name="orderId">The order that it was paid for.</param>
    /// <param name="answer">What Khalti has just said of the transaction.</param>
    /// <param name="attachment">What a person says of it; null where it was found in Khalti's list.</param>
    /// <param name="reportWaiting">Whether a person is told of one that has to wait.</param>
    /// <param name="alongside">What is saved with the decision, or not at all.</param>
    /// <param name="cancellationToken">Until the decision.</param>
    internal async Task<MatchResult> MatchAsync(
        string orderId, TransactionAnswer answer, Attachment? attachment, bool reportWaiting,
        Func<SqlSession, MatchResult, Task> alongside, CancellationToken cancellationToken)
    {
        PaymentAnswers answers = await AskAboutUnsettledAsync(orderId, cancellationToken);
        DateTimeOffset now = StorageFormat.Now(time);
        MatchResult result = await orders.UpdateAsync(
            OrderQuery.ById(orderId) with { TransactionId = answer.Id },
            found => Decide(found, answer, answers, attachment, reportWaiting, now),
            cancellationToken,
            alongside);
        Log.Matched(logger, answer.Id, orderId, result.Outcome, result.Rule);
        return result;
    }

    // Never moves money: of a token that is confirmed it is enough to know that it is.
    private async Task<PaymentAnswers> AskAboutUnsettledAsync(string orderId, CancellationToken cancellationToken)
    {
        PaymentAnswers answers = new();
        List<Payment> payments = await orders.ListPaymentsAsync(orderId, cancellationToken);
        foreach (Payment unsettled in payments.Where(payment => payment.MayOwnUnknownTransaction))
        {
            Payment? leased = await orders.LeasePaymentAsync(
                unsettled.Id, CheckTrigger.Manual, time.GetUtcNow(), khalti.Value.Lease, cancellationToken);
            if (leased is not null)
            {
                (Finding finding, Order order) = await CheckAsync(
                    leased, Actor.Khalti, returned: false,
                    confirmed => Task.FromResult<Finding?>(confirmed with
                    {
                        RuleId = RuleId.NotVerifiedYet,
                        Rule = confirmed.Rule + "; not verified, as Khalti has another transaction for the order",
                    }));
                answers.Add(order.PaymentOf(leased.Id), finding);
            }
        }

        return answers;
    }

    private static MatchResult Decide(
        FoundOrder found, TransactionAnswer answer, PaymentAnswers answers, Attachment? attachment, bool reportWaiting, DateTimeOffset now)
    {
        if (found.OfTransaction is { } owner)
        {
            return new MatchResult(MatchOutcome.Known, PaymentId: owner.Id, OrderId: owner.OrderId);
        }

        if (found.Order is not { } order)
        {
            return new MatchResult(MatchOutcome.NoOrder, RuleId.OrderNotFound);
        }

        Finding finding = answer.FindingFor(order, takesAnyIdentity: attachment is not null);
        switch (MatchPolicy.Decide(order, finding, answers, attachment is not null, now))
        {
            case MatchDecision.Pay:
                Payment paid = attachment is null
                    ? order.PayByTransaction(finding, RuleId.FoundInList, Actor.Worker, now)
                    : order.PayByTransaction(finding, RuleId.AttachedByStaff, Actor.Merchant, now, attachment.Note, attachment.KeyName);
                return new MatchResult(MatchOutcome.Paid, PaymentId: paid.Id, OrderId: order.Id);
            case MatchDecision.Wait(var rule):
                if (reportWaiting && attachment is null)
                {
                    Report(rule);
                }

                return new MatchResult(MatchOutcome.Waiting, rule, OrderId: order.Id);
            case MatchDecision.Report(var rule):
                if (attachment is null)
                {
                    Report(rule);
                }

                return new MatchResult(MatchOutcome.Reported, rule, OrderId: order.Id);
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        void Report(RuleId rule) => order.ReportUnmatched(
            answer.Id, answer.Amount, answer.StateName, rule, $"{finding.Rule}; {SnakeCase.Of(rule)}", now);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Transaction {TransactionId} of Khalti's, for order {OrderId}: {Outcome} ({Rule})")]
        internal static partial void Matched(
            ILogger logger, string transactionId, string orderId, MatchOutcome outcome, RuleId? rule);
    }
}

/// <summary>What a person says who attaches a transaction.</summary>
internal sealed record Attachment(string Note, string? KeyName);

internal enum MatchOutcome
{
    /// <summary>It has paid the order.</summary>
    Paid,

    /// <summary>A payment has it already.</summary>
    Known,

    /// <summary>There is no such order.</summary>
    NoOrder,

    /// <summary>It may be the transaction of a payment that is still being asked about.</summary>
    Waiting,

    /// <summary>A person decides.</summary>
    Reported,
}

/// <summary>What became of a transaction.</summary>
/// <param name="Rule">Why it has not paid the order.</param>
/// <param name="PaymentId">The payment that has it.</param>
/// <param name="OrderId">The order of that payment, or the one that it was paid for.</param>
internal sealed record MatchResult(MatchOutcome Outcome, RuleId? Rule = null, string? PaymentId = null, string? OrderId = null);
