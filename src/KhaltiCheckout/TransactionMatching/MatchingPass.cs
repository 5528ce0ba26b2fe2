using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.TransactionMatching;

/// <summary>
/// One pass over money that only Khalti knows: reads the page of Khalti's list that is due, and decides about transactions that no
/// payment here has. Several processes may run it on one database: a lease lets one of them do each step.
/// </summary>
internal sealed partial class MatchingPass(
    IServiceScopeFactory scopes, UnmatchedRows rows, WorkCursors cursors, TransactionGateway gateway, KhaltiHealth health,
    IOptions<KhaltiOptions> khalti, IOptions<MatchingOptions> options, TimeProvider time, Random random, ILogger<MatchingPass> logger)
{
    private const string Cursor = "widget_list";
    private const int MaxDecisionsPerPass = 4;

    // After some twenty minutes a person is told of one that has to wait.
    private const int ChecksBeforeReport = 5;

    // Older ones are compared by the night.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(3);

    // Most transactions become a payment's in this time: their token is being verified.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MaxRest = TimeSpan.FromMinutes(15);

    internal async Task<(int Found, int Decided)> PassAsync(CancellationToken cancellationToken) =>
        (await ReadListAsync(cancellationToken), await DecideDueAsync(cancellationToken));

    private async Task<int> ReadListAsync(CancellationToken cancellationToken)
    {
        if (!khalti.Value.Widget.Enabled || !health.Of(PaymentMethod.Widget).IsFine)
        {
            return 0;
        }

        DateTimeOffset now = StorageFormat.Now(time);
        if (await cursors.TryBeginAsync(Cursor, now, khalti.Value.Lease, cancellationToken) is not { } step)
        {
            return 0;
        }

        ListPosition position = ListPosition.Read(step.Position);
        ListedPage page = await gateway.ListAsync(position.Next, cancellationToken);
        if (!page.IsAnswered)
        {
            position = position.AfterFailure();
            TimeSpan rest = TimeSpan.FromMinutes(Math.Min(position.Failures, MaxRest.TotalMinutes));
            Log.ListAway(logger, position.Next, page.WhyNot!, rest);
            await cursors.EndAsync(step, position.ToString(), now + rest, cancellationToken);
            return 0;
        }

        if (position.Failures > 0)
        {
            Log.ListBack(logger, position.Failures);
        }

        if (page.Unreadable > 0)
        {
            Log.Unreadable(logger, page.Unreadable, position.Next);
        }

        int added = await rows.AddUnknownAsync(
            page.Records.Where(record => record.IsMoneyHere && !(record.CreatedOn < now - Horizon)), now, now + GracePeriod,
            cancellationToken);
        DateTimeOffset? oldest = page.Records.LastOrDefault(record => record.CreatedOn is not null)?.CreatedOn;
        bool isLast = !page.HasNext || oldest < now - Horizon;
        await cursors.EndAsync(step, position.After(isLast).ToString(), now + options.Value.Interval, cancellationToken);
        return added;
    }

    private async Task<int> DecideDueAsync(CancellationToken cancellationToken)
    {
        int decided = 0;
        foreach (string transactionId in await rows.ListDueAsync(time.GetUtcNow(), MaxDecisionsPerPass, cancellationToken))
        {
            if (!health.Of(PaymentMethod.Widget).IsFine)
            {
                break;
            }

            // One transaction's trouble must not keep the others waiting.
            try
            {
                decided += await DecideAsync(transactionId, cancellationToken) ? 1 : 0;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.DecisionFailed(logger, failure, transactionId);
            }
        }

        return decided;
    }

    private async Task<bool> DecideAsync(string transactionId, CancellationToken cancellationToken)
    {
        DateTimeOffset now = StorageFormat.Now(time);
        if (await rows.LeaseAsync(transactionId, now, khalti.Value.Lease, cancellationToken) is not { } row)
        {
            return false;
        }

        TransactionAnswer answer = await gateway.ReadAsync(transactionId, cancellationToken);
        string? identity = answer.ProductIdentity ?? row.ProductIdentity;
        if (answer.IsRefunded)
        {
            // Nothing is left to account for. One that a person was told of stays until they have looked.
            UnmatchedCheck last = new(row.Status, answer.StateName, identity, row.OrderId, RuleId.RefundedBeforeKnown, NextCheckAt: null);
            await rows.WriteAsync(
                sql => row.Status == UnmatchedStatus.Waiting
                    ? UnmatchedRows.DismissAsync(sql, row)
                    : UnmatchedRows.SaveAsync(sql, row, last),
                cancellationToken);
            return true;
        }

        if (!answer.IsMoneyHere)
        {
            await PostponeAsync(row, answer, identity, RuleId.TransactionUnanswered, cancellationToken);
            return true;
        }

        if (identity is null || !TypeId.IsOne(TypeId.Order, identity))
        {
            await ReportAsync(
                row, answer, identity, identity is null ? RuleId.ProductIdentityMissing : RuleId.OtherForm, cancellationToken);
            return true;
        }

        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        MatchResult result = await scope.ServiceProvider.GetRequiredService<PaymentProcessor>().MatchAsync(
            identity, answer, attachment: null, reportWaiting: row.Checks >= ChecksBeforeReport,
            (sql, decided) => SaveAsync(sql, row, answer, identity, decided), cancellationToken);
        if (result.Outcome is MatchOutcome.Reported or MatchOutcome.NoOrder)
        {
            Log.Reported(logger, transactionId, result.Rule!.Value, result.OrderId);
        }

        return true;
    }

    // In the transaction that has changed the order.
    private async Task SaveAsync(SqlSession sql, UnmatchedRow row, TransactionAnswer answer, string identity, MatchResult result)
    {
        DateTimeOffset now = StorageFormat.Now(time);
        switch (result.Outcome)
        {
            case MatchOutcome.Paid or MatchOutcome.Known:
                await UnmatchedRows.SetMatchedAsync(sql, row.TransactionId, result.OrderId, now);
                break;
            case MatchOutcome.NoOrder or MatchOutcome.Reported:
                await UnmatchedRows.SaveAsync(sql, row, new UnmatchedCheck(
                    UnmatchedStatus.Reported, answer.StateName, identity, result.OrderId, result.Rule, NextCheckAt: null));
                break;
            case MatchOutcome.Waiting:
                await UnmatchedRows.SaveAsync(sql, row, Later(row, answer, identity, result.OrderId, result.Rule, now));
                break;
        }
    }

    // Khalti gives no answer, or not the one that its list gave.
    private async Task PostponeAsync(
        UnmatchedRow row, TransactionAnswer answer, string? identity, RuleId rule, CancellationToken cancellationToken)
    {
        DateTimeOffset now = StorageFormat.Now(time);
        UnmatchedCheck check = Later(row, answer, identity, row.OrderId, rule, now);
        await rows.WriteAsync(sql => UnmatchedRows.SaveAsync(sql, row, check), cancellationToken);
        Log.Postponed(logger, row.TransactionId, answer.Said, check.NextCheckAt!.Value);
    }

    private UnmatchedCheck Later(
        UnmatchedRow row, TransactionAnswer answer, string? identity, string? orderId, RuleId? rule, DateTimeOffset now) => new(
        row.Checks >= ChecksBeforeReport ? UnmatchedStatus.Reported : row.Status,
        answer.IsKnown ? answer.StateName : row.KhaltiState, identity, orderId, rule,
        CheckSchedule.Next(row.Checks, answer.RetryAfter, now, random.NextDouble()));

    // Of no order of this shop. Where others take payments with the same account, it is theirs unless it has the form of an order's id.
    private async Task ReportAsync(
        UnmatchedRow row, TransactionAnswer answer, string? identity, RuleId rule, CancellationToken cancellationToken)
    {
        bool isOurs = !options.Value.IsAccountShared;
        UnmatchedCheck check = new(
            isOurs ? UnmatchedStatus.Reported : UnmatchedStatus.Resolved, answer.StateName, identity, OrderId: null, rule,
            NextCheckAt: null);
        await rows.WriteAsync(sql => UnmatchedRows.SaveAsync(sql, row, check), cancellationToken);
        if (isOurs)
        {
            Log.Reported(logger, row.TransactionId, rule, orderId: null);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Page {Page} of Khalti's list of transactions can't be read: {Why}. It is read again in {Rest}")]
        internal static partial void ListAway(ILogger logger, int page, string why, TimeSpan rest);

        [LoggerMessage(
            Level = LogLevel.Information, Message = "Khalti's list of transactions can be read again, after {Failures} failures")]
        internal static partial void ListBack(ILogger logger, int failures);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} records on page {Page} of Khalti's list of transactions can't be read")]
        internal static partial void Unreadable(ILogger logger, int count, int page);

        [LoggerMessage(
            Level = LogLevel.Warning, Message = "Transaction {TransactionId} of Khalti's pays no order ({Rule}, order {OrderId}): "
            + "a person should look")]
        internal static partial void Reported(ILogger logger, string transactionId, RuleId rule, string? orderId);

        [LoggerMessage(
            Level = LogLevel.Information, Message = "Transaction {TransactionId} is looked at again at {NextCheckAt:O}: {Said}")]
        internal static partial void Postponed(ILogger logger, string transactionId, string said, DateTimeOffset nextCheckAt);

        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "Deciding about transaction {TransactionId} failed; it is tried again when its lease is over")]
        internal static partial void DecisionFailed(ILogger logger, Exception failure, string transactionId);
    }
}
