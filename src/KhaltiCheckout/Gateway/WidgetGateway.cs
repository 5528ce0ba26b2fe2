using Khalti.Client;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Gateway;

/// <summary>Asks Khalti about payments made in the widget and says what its answers mean. Changes nothing of ours.</summary>
internal sealed class WidgetGateway(KhaltiClients clients, TimeProvider time)
{
    // Khalti lists the newest first, fifty a page; a payment is initiated a while before we hear of it.
    private const int PagesSearched = 40;

    // Some six minutes after the payment was verified.
    private const int ChecksForIdentity = 4;

    private static readonly TimeSpan SearchedBack = TimeSpan.FromHours(24);

    private readonly KhaltiClient _khalti = clients.Widget;

    /// <summary>Moves the money: the first verify of a token.</summary>
    /// <param name="payment">One whose token was never verified.</param>
    /// <param name="belongsToAnother">Whether a transaction is known as another payment's.</param>
    internal async Task<Finding> VerifyAsync(Payment payment, Func<string, Task<bool>> belongsToAnother) =>
        await _khalti.VerifyAsync(payment.Token!, payment.Amount) switch
        {
            Reply<Transaction>.Answered(var transaction) => await IdentifyAsync(transaction, payment),
            Reply<Transaction>.Refused(var refusal) => await ConfirmRefusalAsync(
                payment, GatewayFindings.RefusedBy(refusal), belongsToAnother),
            Reply<Transaction>.Unknown lost => GatewayFindings.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>What became of a payment whose outcome is not known: status first, then verify.</summary>
    /// <param name="payment">An open one.</param>
    /// <param name="whyNotToVerify">Asked before a verify that would move money. A finding is taken instead of the verify; null
    /// permits it.</param>
    /// <param name="belongsToAnother">Whether a transaction is known as another payment's.</param>
    internal async Task<Finding> CheckAsync(
        Payment payment, Func<Finding, Task<Finding?>> whyNotToVerify, Func<string, Task<bool>> belongsToAnother) =>
        await _khalti.GetStatusAsync(payment.Token!, payment.Amount) switch
        {
            Reply<TransactionStatus>.Answered(var status) => await FollowUpAsync(
                status, payment, WidgetFindings.Of(status, CheckSchedule.IsTooEarlyToFail(payment, time.GetUtcNow())), whyNotToVerify,
                belongsToAnother),
            Reply<TransactionStatus>.Refused(var refusal) =>
                new Finding(FindingKind.Undecided, RuleId.StatusRefused, $"Khalti's status refused: {refusal}"),
            Reply<TransactionStatus>.Unknown lost => GatewayFindings.Lost(lost),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    // Verify also refuses a token that it has completed before: only the status tells that from a token that moved nothing.
    private async Task<Finding> ConfirmRefusalAsync(Payment payment, Finding refused, Func<string, Task<bool>> belongsToAnother)
    {
        switch (await _khalti.GetStatusAsync(payment.Token!, payment.Amount))
        {
            case Reply<TransactionStatus>.Answered(var status):
                Finding finding = WidgetFindings.Of(status, isTooEarly: false);
                finding = finding with { Rule = $"{refused.Rule}; {finding.Rule}" };
                return status.State switch
                {
                    TransactionState.Completed => await SearchAsync(payment, finding, belongsToAnother),
                    TransactionState.NotFound or TransactionState.Initiated =>
                        finding with { Failure = refused.Failure, RuleId = refused.RuleId },
                    _ => finding,
                };
            case Reply<TransactionStatus>.Refused(var refusal):
                return new Finding(FindingKind.Undecided, RuleId.StatusRefused, $"{refused.Rule}; Khalti's status refused: {refusal}");
            case Reply<TransactionStatus>.Unknown unknown:
                Finding lost = GatewayFindings.Lost(unknown);
                return lost with { Rule = $"{refused.Rule}; {lost.Rule}" };
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Finding> FollowUpAsync(
        TransactionStatus status, Payment payment, Finding finding, Func<Finding, Task<Finding?>> whyNotToVerify,
        Func<string, Task<bool>> belongsToAnother)
    {
        switch (status.State)
        {
            // Verify of a completed token moves nothing any more.
            case TransactionState.Completed:
                break;

            // Only our verify would move this money, and the shopper was told that this payment charges nothing.
            case TransactionState.Confirmed when payment.Status != PaymentStatus.Verifying:
                return finding with { IsNotFound = true };
            case TransactionState.Confirmed when await whyNotToVerify(finding) is { } instead:
                return instead;
            case TransactionState.Confirmed:
                break;
            default:
                return finding;
        }

        return await _khalti.VerifyAsync(payment.Token!, payment.Amount) switch
        {
            Reply<Transaction>.Answered(var transaction) => await IdentifyAsync(transaction, payment),

            // What a second verify of a token answers is not documented.
            Reply<Transaction>.Refused when status.State == TransactionState.Completed =>
                await SearchAsync(payment, finding, belongsToAnother),
            Reply<Transaction>.Refused(var refusal) =>
                new Finding(
                    FindingKind.Undecided, RuleId.VerifyRefused, $"{finding.Rule}, but verify refused: {refusal}", finding.KhaltiState),
            Reply<Transaction>.Unknown lost => GatewayFindings.Lost(lost) with { KhaltiState = finding.KhaltiState },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // The documented verify answer does not say what the payment was made for: then only the detail call does. It comes
    // from the browser, so it adds to the check of the amount and replaces nothing.
    private async Task<Finding> IdentifyAsync(Transaction transaction, Payment payment)
    {
        Finding finding = WidgetFindings.Of(transaction, payment.Amount, payment.OrderId);
        if (finding.Kind != FindingKind.Completed || transaction.ProductIdentity is not null)
        {
            return finding;
        }

        return await _khalti.GetTransactionAsync(transaction.Id) switch
        {
            Reply<TransactionDetail>.Answered(var detail) => WidgetFindings.Of(
                transaction with { ProductIdentity = detail.Transaction.ProductIdentity }, payment.Amount, payment.OrderId),
            Reply<TransactionDetail>.Refused(var refusal) => Unidentified(payment, finding, refusal),
            Reply<TransactionDetail>.Unknown lost => GatewayFindings.Lost(lost) with { KhaltiState = finding.KhaltiState },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    // Khalti may find the record a little later. When it does not, staff decide, and the record is asked for on.
    private static Finding Unidentified(Payment payment, Finding completed, Refusal refusal)
    {
        Finding finding = completed with
        {
            Kind = FindingKind.Undecided,
            RuleId = RuleId.NotIdentified,
            Rule = $"{completed.Rule}; what it was paid for is not known: {refusal}",
        };
        return payment.Checks < ChecksForIdentity
            ? finding
            : finding with { Kind = FindingKind.Contradicted, Attention = AttentionReason.UnknownState, AskOn = true };
    }

    // Status has named this token and this amount, but not the transaction, nor what it was made for: the list and the
    // detail call do. A payment that can't be found there as this order's is for staff to judge.
    private async Task<Finding> SearchAsync(Payment payment, Finding finding, Func<string, Task<bool>> belongsToAnother)
    {
        DateTimeOffset since = payment.CreatedAt - SearchedBack;
        List<Transaction> found = [];
        bool areAllKnown = true;
        for (int page = 1; page <= PagesSearched; page++)
        {
            if (await _khalti.ListTransactionsAsync(page) is not Reply<TransactionPage>.Answered(var listed))
            {
                return finding with
                {
                    Kind = FindingKind.Undecided,
                    RuleId = RuleId.ListUnreadable,
                    Rule = finding.Rule + ", but the list of transactions could not be read",
                };
            }

            foreach (Transaction candidate in listed.Records.Where(record =>
                record.State == TransactionState.Completed && record.Amount == payment.Amount && (record.CreatedOn ?? since) >= since))
            {
                // One token is one transaction: what is known as another payment's can't be this one's.
                if (await belongsToAnother(candidate.Id))
                {
                    continue;
                }

                switch (await _khalti.GetTransactionAsync(candidate.Id))
                {
                    case Reply<TransactionDetail>.Unknown lost:
                        return GatewayFindings.Lost(lost) with { KhaltiState = finding.KhaltiState };
                    case Reply<TransactionDetail>.Refused:
                        areAllKnown = false;
                        break;
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

        if (found is [var only] && areAllKnown)
        {
            return WidgetFindings.Of(only, payment.Amount, payment.OrderId);
        }

        string count = found.Count switch { 0 => "no transaction", 1 => "not only one that may be", _ => "more than one" };
        return finding with
        {
            Kind = FindingKind.Contradicted,
            Attention = AttentionReason.UnknownState,
            RuleId = RuleId.NotAloneInList,
            Rule = $"{finding.Rule}, but {count} of this order is in Khalti's list",
        };
    }
}
