using Khalti.Client;
using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Reconciliation;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Payments;

/// <summary>
/// The one door through which Khalti's answer reaches an order. It asks first, outside any transaction, and then saves
/// payment, order and timeline together. The shopper's post and the worker come through here alike.
/// </summary>
internal sealed partial class Settlement(
    CheckoutDb db, KhaltiClient khalti, KhaltiHealth health, TimeProvider time, ILogger<Settlement> logger)
{
    // Khalti lists the newest first, fifty a page; a payment is initiated a while before we hear of it.
    private const int PagesSearched = 40;

    private static readonly TimeSpan SearchedBack = TimeSpan.FromHours(24);

    /// <summary>Moves the money: for a payment that was just saved as verifying, and for no other.</summary>
    internal async Task VerifyAsync(Payment payment)
    {
        Finding finding = await khalti.VerifyAsync(payment.Token!, payment.Amount) switch
        {
            Reply<Transaction>.Answered(var transaction) => await IdentifyAsync(transaction, payment),
            Reply<Transaction>.Refused(var refusal) => Finding.RefusedBy(refusal),
            Reply<Transaction>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        await ApplyAsync(payment, finding, Actor.Khalti);
    }

    /// <summary>Finds out what became of a payment whose outcome is not known: status first, then verify.</summary>
    internal async Task<Finding> CheckAsync(Payment payment, Actor by)
    {
        Finding finding = await khalti.GetStatusAsync(payment.Token!, payment.Amount) switch
        {
            Reply<TransactionStatus>.Answered(var status) =>
                await FollowUpAsync(status, payment, Finding.In(status, CheckSchedule.IsPatient(payment, time.GetUtcNow()))),
            Reply<TransactionStatus>.Refused(var refusal) => new Finding(FindingKind.Undecided, $"Khalti's status refused: {refusal}"),
            Reply<TransactionStatus>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        await ApplyAsync(payment, finding, by);
        return finding;
    }

    private async Task<Finding> FollowUpAsync(TransactionStatus status, Payment payment, Finding finding)
    {
        // Verify moves the money of a confirmed payment, so it is for a payment that waits for just that. One that was given
        // up stays given up: the shopper was told that nothing was charged.
        bool confirmed = status.State == TransactionState.Confirmed && payment.Status == PaymentStatus.Verifying;
        if (!confirmed && status.State != TransactionState.Completed)
        {
            return finding;
        }

        return await khalti.VerifyAsync(payment.Token!, payment.Amount) switch
        {
            Reply<Transaction>.Answered(var transaction) => await IdentifyAsync(transaction, payment),

            // What a second verify of a token answers is not documented.
            Reply<Transaction>.Refused when status.State == TransactionState.Completed => await SearchAsync(payment, finding),
            Reply<Transaction>.Refused(var refusal) =>
                new Finding(FindingKind.Undecided, $"{finding.Rule}, but verify refused: {refusal}", finding.KhaltiState),
            Reply<Transaction>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // The documented verify answer does not say what the payment was made for: then only the detail call does. It comes
    // from the browser, so it adds to the check of the amount and replaces nothing.
    private async Task<Finding> IdentifyAsync(Transaction transaction, Payment payment)
    {
        Finding finding = Finding.In(transaction, payment.Amount, payment.OrderId);
        if (finding.Kind != FindingKind.Completed || transaction.ProductIdentity is not null)
        {
            return finding;
        }

        return await khalti.GetTransactionAsync(transaction.Id) switch
        {
            Reply<TransactionDetail>.Answered(var detail) => Finding.In(
                transaction with { ProductIdentity = detail.Transaction.ProductIdentity }, payment.Amount, payment.OrderId),
            Reply<TransactionDetail>.Refused => finding,
            Reply<TransactionDetail>.Unknown lost => Finding.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // Status has named this token and this amount, but not the transaction, nor what it was made for: the list and the
    // detail call do. A payment that can't be found there as this order's is nobody's but a person's to judge.
    private async Task<Finding> SearchAsync(Payment payment, Finding finding)
    {
        DateTimeOffset since = payment.CreatedAt - SearchedBack;
        List<Transaction> found = [];
        for (int page = 1; page <= PagesSearched; page++)
        {
            if (await khalti.ListTransactionsAsync(page) is not Reply<TransactionPage>.Answered(var listed))
            {
                return finding with { Kind = FindingKind.Undecided, Rule = finding.Rule + ", but the list of transactions could not be read" };
            }

            foreach (Transaction candidate in listed.Records.Where(record =>
                record.State == TransactionState.Completed && record.Amount == payment.Amount && (record.CreatedOn ?? since) >= since))
            {
                // One token is one transaction: what is known as another payment's can't be this one's.
                if (await BelongsToAnotherAsync(candidate.Id, payment.Id))
                {
                    continue;
                }

                switch (await khalti.GetTransactionAsync(candidate.Id))
                {
                    case Reply<TransactionDetail>.Unknown lost:
                        return Finding.Lost(lost);
                    case Reply<TransactionDetail>.Answered(var detail) when detail.Transaction.ProductIdentity == payment.OrderId:
                        found.Add(detail.Transaction);
                        break;
                }
            }

            if (!listed.HasNext || listed.Records is [.., { CreatedOn: { } oldest }] && oldest < since)
            {
                break;
            }
        }

        if (found is [var only])
        {
            return Finding.In(only, payment.Amount, payment.OrderId);
        }

        return finding with
        {
            Kind = FindingKind.Contradicted,
            Attention = Attention.UnknownState,
            Rule = $"{finding.Rule}, but {(found.Count == 0 ? "no transaction" : "more than one")} of this order is in Khalti's list",
        };
    }

    private Task<bool> BelongsToAnotherAsync(string transactionId, string paymentId) =>
        db.Payments.AnyAsync(other => other.TransactionId == transactionId && other.Id != paymentId);

    // Saved even when the shopper has hung up or the host is stopping: the answer is worth more than the request.
    private async Task ApplyAsync(Payment asked, Finding finding, Actor by)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (health.Note(finding, now) is { } condition)
        {
            Log.KhaltiCondition(logger, LevelOf(condition), condition, finding.Rule);
        }

        PaymentStatus outcome = await db.WriteAsync(() => SaveAsync(asked, finding, by, now), CancellationToken.None);
        Log.Settled(logger, asked.Id, finding.Kind, outcome, finding.Rule);
    }

    private async Task<PaymentStatus> SaveAsync(Payment asked, Finding finding, Actor by, DateTimeOffset now)
    {
        string paymentId = asked.Id;
        Order order = await db.Orders.Include(order => order.Payments)
            .SingleAsync(order => order.Payments.Any(payment => payment.Id == paymentId));
        Payment payment = order.Payments.Single(payment => payment.Id == paymentId);
        if (finding.TransactionId is { } transactionId && await BelongsToAnotherAsync(transactionId, paymentId))
        {
            finding = finding with
            {
                Kind = FindingKind.Contradicted,
                Attention = Attention.UnknownState,
                TransactionId = null,
                Rule = $"{finding.Rule}; transaction {transactionId} belongs to another payment",
            };
        }

        // Refused means proof that nothing happened only to the one who asked alone. When our lease ran out and another
        // process asked meanwhile, the refusal may be of a token that it has completed.
        if (finding.Failure == Failures.RefusedByKhalti && payment.Version != asked.Version)
        {
            finding = finding with { Kind = FindingKind.Undecided, Rule = finding.Rule + "; but it was asked about twice" };
        }

        // A pair that the table lacks is an answer that came after somebody else's: it changes nothing any more.
        switch (finding.Kind)
        {
            case FindingKind.Completed when payment.Status.After(PaymentEvent.Completed) is not null:
                order.Complete(payment, finding, by, now);
                break;
            case FindingKind.Declined when payment.Status.After(PaymentEvent.Declined) is not null:
                order.Decline(payment, finding, by, now, CheckSchedule.LastLook(finding.Failure, now));
                break;
            case FindingKind.Contradicted when payment.Status.After(PaymentEvent.Contradicted) is not null:
                order.Hold(payment, finding, by, now);
                break;
            case FindingKind.Undecided or FindingKind.Unanswered when payment.Status == PaymentStatus.Verifying:
                AskAgain(order, payment, finding, by, now);
                break;
            case FindingKind.Contradicted when payment.Status is PaymentStatus.Completed && finding.Attention == Attention.RefundedAtKhalti:
                order.Tell("payment_checked", by, now, finding.Rule, payment.Id);
                order.Raise(Attention.RefundedAtKhalti, now, payment.Id);
                payment.StayAsItIs(finding, now);
                break;
            case not FindingKind.Unanswered:
                payment.StayAsItIs(finding, now);
                break;
        }

        return payment.Status;
    }

    private static void AskAgain(Order order, Payment payment, Finding finding, Actor by, DateTimeOffset now)
    {
        if (payment.Checks == 0)
        {
            order.Tell("payment_outcome_unknown", by, now, finding.Rule, payment.Id);
        }

        payment.AskAgain(finding, now, CheckSchedule.Next(payment.Checks, finding.RetryAfter, now, Random.Shared.NextDouble()));
        if (payment.Checks == CheckSchedule.LastCheck)
        {
            order.Tell("payment_still_unknown", by, now, finding.Rule, payment.Id);
            order.Raise(Attention.Stuck, now, payment.Id);
        }
    }

    private static LogLevel LevelOf(KhaltiCondition condition) => condition switch
    {
        KhaltiCondition.KeyRefused => LogLevel.Critical,
        KhaltiCondition.NotAnswering => LogLevel.Warning,
        _ => LogLevel.Information,
    };

    private static partial class Log
    {
        [LoggerMessage(Message = "Khalti is now {Condition}: {Rule}")]
        internal static partial void KhaltiCondition(ILogger logger, LogLevel level, KhaltiCondition condition, string rule);

        [LoggerMessage(Level = LogLevel.Information, Message = "Payment {PaymentId}: {Finding}, now {Status} ({Rule})")]
        internal static partial void Settled(ILogger logger, string paymentId, FindingKind finding, PaymentStatus status, string rule);
    }
}
