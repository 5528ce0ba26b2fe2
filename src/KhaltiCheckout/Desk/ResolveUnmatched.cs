using System.Security.Claims;
using FluentValidation;
using KhaltiCheckout.Access;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Desk;

/// <summary>A person has looked at a transaction that belongs to no order.</summary>
public sealed record ResolveUnmatchedRequest(string Note)
{
    /// <summary>What came of it.</summary>
    public string Note { get; init; } = InputText.Line(Note);
}

internal sealed class ResolveUnmatchedRules : AbstractValidator<ResolveUnmatchedRequest>
{
    public ResolveUnmatchedRules() =>
        RuleFor(request => request.Note).NotEmpty().WithMessage("What came of it?").PlainText(ResolveOrderRules.MaxNoteLength);
}

/// <summary>Takes a transaction that belongs to no order off the list.</summary>
internal static class ResolveUnmatched
{
    internal static async Task<Results<Ok<UnmatchedTransactionView>, ProblemHttpResult>> Handle(
        string transactionId, ResolveUnmatchedRequest request, ClaimsPrincipal user, CheckoutDb db, IdempotentResponse answer,
        TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset now = StorageFormat.Now(time);
        (ProblemHttpResult? refusal, UnmatchedTransactionView? view) = await db.WriteAsync(
            async sql =>
            {
                UnmatchedTransaction? found = await db.UnmatchedTransactions
                    .SingleOrDefaultAsync(one => one.TransactionId == transactionId, cancellationToken);
                if (found is null || found.OrderId is not null)
                {
                    return (Problems.NotFound("transaction without an order"), null);
                }

                if (found.Status != UnmatchedStatus.Reported)
                {
                    return (Problems.NothingToResolve(), null);
                }

                found.Resolve(request.Note, user.KeyName(), now);
                UnmatchedTransactionView resolved = UnmatchedTransactionView.Of(found);
                await answer.SaveAsync(sql, StatusCodes.Status200OK, resolved);
                return ((ProblemHttpResult?)null, (UnmatchedTransactionView?)resolved);
            },
            cancellationToken);
        return refusal is not null ? refusal : TypedResults.Ok(view!);
    }
}
