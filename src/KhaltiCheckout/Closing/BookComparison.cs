using System.Collections.Concurrent;
using Khalti.Client;
using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Closing;

/// <summary>
/// Compares a day's payments with Khalti's books, and those of the days before it, which may have changed since. Reads only.
/// The widget's payments come from Khalti's list, page by page; an ePayment is looked up by its link. The shop goes on selling
/// meanwhile: what seems to differ is read a second time, here and there, before it is said.
/// </summary>
internal sealed class BookComparison(CheckoutDb db, KhaltiClients clients, RefundGateway gateway)
{
    /// <summary>How many days back refunds, and money that came late, are looked for.</summary>
    internal const int DaysBack = 30;

    // A busy month is some hundred pages; more than this is a shop that should ask for less at a time.
    private const int MostPages = 1000;
    private const int MostLookups = 5000;
    private const int AskedAtOnce = 4;
    private const int IdsAtOnce = 500;

    private readonly List<DifferenceView> _differences = [];
    private readonly List<string> _leftOut = [];
    private readonly List<string> _notLookedBackAt = [];
    private CloseTotals _here = CloseTotals.None;
    private CloseTotals _atKhalti = CloseTotals.None;

    /// <summary>Null when Khalti did not answer at all.</summary>
    internal async Task<CloseReport?> RunAsync(DateOnly day, CancellationToken cancellationToken)
    {
        DateOnly back = day.AddDays(-DaysBack);
        (DateTimeOffset start, DateTimeOffset end) = (NepalTime.StartOf(back), NepalTime.StartOf(day.AddDays(1)));
        if (await ListAsync(start, cancellationToken) is not { } listed)
        {
            return null;
        }

        Dictionary<string, BookedPayment> payments = new(StringComparer.Ordinal);
        List<Transaction> unknown = await MatchAsync(listed, payments, end, cancellationToken);
        if (!await LookUpLinksAsync(payments, start, end, back, day, cancellationToken))
        {
            return null;
        }

        await AskAboutMissingAsync(payments, day, cancellationToken);
        foreach (BookedPayment booked in payments.Values)
        {
            await JudgeAsync(booked, day);
        }

        foreach (Transaction record in unknown)
        {
            await FindOrderAsync(record, payments, day);
        }

        return new CloseReport(
            _here, _atKhalti, back,
            await db.Payments.CountAsync(payment => (payment.Status == PaymentStatus.Verifying || payment.Status == PaymentStatus.NeedsReview) && payment.CreatedAt < end, cancellationToken),
            await db.Refunds.CountAsync(refund => refund.NextCheckAt != null && refund.CreatedAt < end, cancellationToken),
            _leftOut, _notLookedBackAt,
            [.. _differences.OrderBy(difference => difference.Kind).ThenBy(difference => difference.OrderId, StringComparer.Ordinal)]);
    }

    // Newest first, so that what is paid meanwhile moves records to later pages and hides none.
    private async Task<Dictionary<string, Transaction>?> ListAsync(DateTimeOffset back, CancellationToken cancellationToken)
    {
        Dictionary<string, Transaction> listed = new(StringComparer.Ordinal);
        for (int page = 1; ; page++)
        {
            if (page > MostPages)
            {
                _notLookedBackAt.Add($"Khalti's list is longer than {MostPages} pages: the older part of it was not compared.");
                return listed;
            }

            switch (await clients.Widget.ListTransactionsAsync(page, cancellationToken))
            {
                case Reply<TransactionPage>.Answered(var answer):
                    foreach (Transaction record in answer.Records.Where(record => !(record.CreatedOn < back)))
                    {
                        listed[record.Id] = record;
                    }

                    if (answer.Unreadable > 0)
                    {
                        _notLookedBackAt.Add($"{answer.Unreadable} records on page {page} of Khalti's list can't be read.");
                    }

                    if (!answer.HasNext || answer.Records is [.., { CreatedOn: { } oldest }] && oldest < back)
                    {
                        return listed;
                    }

                    break;
                case Reply<TransactionPage>.Refused { Reason.StatusCode: 404 } when page > 1:
                    return listed; // the list has become shorter meanwhile
                default:
                    return null;
            }
        }
    }

    // The list may have ePayments in it, too: their links tell more.
    private async Task<List<Transaction>> MatchAsync(
        Dictionary<string, Transaction> listed, Dictionary<string, BookedPayment> payments, DateTimeOffset end, CancellationToken cancellationToken)
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (string[] some in listed.Keys.Chunk(IdsAtOnce))
        {
            foreach (Payment payment in await db.Payments.AsNoTracking()
                .Where(payment => payment.TransactionId != null && some.Contains(payment.TransactionId)).ToListAsync(cancellationToken))
            {
                known.Add(payment.TransactionId!);
                if (payment.Method == PaymentMethod.Widget)
                {
                    payments[payment.Id] = new BookedPayment(payment, Fact.Of(listed[payment.TransactionId!]));
                }
            }
        }

        return [.. listed.Values.Where(record => !known.Contains(record.Id) && Fact.HasMoved(record.State) && !(record.CreatedOn >= end))];
    }

    private async Task<bool> LookUpLinksAsync(
        Dictionary<string, BookedPayment> payments, DateTimeOffset start, DateTimeOffset end, DateOnly back, DateOnly day, CancellationToken cancellationToken)
    {
        // By id, which begins with the time it was made, and by the day it was paid: both are searches in an index.
        (string first, string last) = (TypeId.First(TypeId.Payment, start), TypeId.First(TypeId.Payment, end));
        List<Payment> links = await db.Payments.AsNoTracking()
            .Where(payment => payment.Pidx != null && payment.Id.CompareTo(first) >= 0 && payment.Id.CompareTo(last) < 0)
            .Union(db.Payments.AsNoTracking().Where(payment => payment.Pidx != null && payment.CompletedOn >= back && payment.CompletedOn <= day))
            .OrderByDescending(payment => payment.Id)
            .Take(MostLookups + 1)
            .ToListAsync(cancellationToken);
        if (links.Count > MostLookups)
        {
            links.RemoveAt(MostLookups);
            _notLookedBackAt.Add($"There are more than {MostLookups} ePayments: the older ones were not compared.");
        }

        ConcurrentBag<BookedPayment> answers = [];
        await Parallel.ForEachAsync(
            links, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellationToken },
            async (link, _) => answers.Add(new BookedPayment(link, await AskAsync(link))));
        foreach (BookedPayment answer in answers)
        {
            payments[answer.Payment.Id] = answer;
        }

        return links.Count == 0 || !answers.All(answer => answer.Fact.IsUnanswered);
    }

    // Ours that the list does not have: asked for by name before it is said.
    private async Task AskAboutMissingAsync(Dictionary<string, BookedPayment> payments, DateOnly day, CancellationToken cancellationToken)
    {
        foreach (Payment payment in await db.Payments.AsNoTracking()
            .Where(payment => payment.CompletedOn == day && payment.Method == PaymentMethod.Widget && payment.Status != PaymentStatus.NeedsReview)
            .ToListAsync(cancellationToken))
        {
            if (!payments.ContainsKey(payment.Id))
            {
                payments[payment.Id] = new BookedPayment(payment, await AskAsync(payment));
            }
        }
    }

    private async Task<Fact> AskAsync(Payment payment)
    {
        Fact fact = payment switch
        {
            { Pidx: not null } => await clients.EPayment.LookupAsync(payment.Pidx) switch
            {
                Reply<EPayment>.Answered(var looked) => Fact.Of(looked, payment),
                Reply<EPayment>.Unknown => Fact.Unanswered,
                _ => Fact.NotKnown,
            },
            { TransactionId: not null } => await clients.Widget.GetTransactionAsync(payment.TransactionId) switch
            {
                Reply<TransactionDetail>.Answered(var detail) => Fact.Of(detail.Transaction),
                Reply<TransactionDetail>.Unknown => Fact.Unanswered,
                _ => Fact.NotKnown,
            },
            _ => Fact.NotKnown,
        };

        // How much of it was given back, only the detail call may tell.
        return fact.Books?.State == BookedState.RefundedInPart && payment.AmountPaid is not null
            ? fact with { Books = await gateway.ReadAsync(payment) }
            : fact;
    }

    private async Task JudgeAsync(BookedPayment booked, DateOnly day)
    {
        List<DifferenceView> found = [.. booked.Differences(day)];
        bool partOfList = booked.Fact.Books?.State == BookedState.RefundedInPart && booked.Payment.Method == PaymentMethod.Widget;
        if (found.Count > 0 || partOfList)
        {
            // The list was read some time ago, and so was our row.
            Payment now = await db.Payments.AsNoTracking().SingleAsync(payment => payment.Id == booked.Payment.Id);
            booked = new BookedPayment(now, await AskAsync(now));
            found = [.. booked.Differences(day)];
        }

        if (booked.Fact.IsUnanswered)
        {
            (booked.IsOf(day) ? _leftOut : _notLookedBackAt).Add($"Khalti did not answer about payment {booked.Payment.Id}.");
            return;
        }

        _differences.AddRange(found);
        if (booked.IsOf(day))
        {
            _here = booked.IsPaidHere ? _here.And(booked.Payment.AmountPaid!.Value, booked.Payment.Fee) : _here;
            _atKhalti = booked.Fact.Moved && booked.Fact.Amount is { } amount ? _atKhalti.And(amount, booked.Fact.Fee) : _atKhalti;
        }
    }

    // Money of which no payment here knows the transaction. What it was paid for, only the detail call tells.
    private async Task FindOrderAsync(Transaction record, Dictionary<string, BookedPayment> payments, DateOnly day)
    {
        // Another shop may use the same account at Khalti: what is none of ours is told on its own day only.
        bool isOfDay = record.CreatedOn is not { } created || NepalTime.DayOf(created) == day;
        if (await db.Payments.AnyAsync(payment => payment.TransactionId == record.Id)
            || (!isOfDay && !await db.Payments.AnyAsync(payment => payment.TransactionId == null && payment.Amount == record.Amount && payment.CompletedOn == null)))
        {
            return;
        }

        Reply<TransactionDetail> reply = await clients.Widget.GetTransactionAsync(record.Id);
        if (reply is Reply<TransactionDetail>.Unknown)
        {
            _leftOut.Add($"Khalti did not answer about its transaction {record.Id}.");
            return;
        }

        string? orderId = reply is Reply<TransactionDetail>.Answered(var detail) ? detail.Transaction.ProductIdentity : record.ProductIdentity;
        List<Payment> candidates = await db.Payments.AsNoTracking()
            .Where(payment => payment.OrderId == orderId && payment.TransactionId == null && (payment.Token != null || payment.Pidx != null))
            .ToListAsync();
        Payment? only = candidates is [var one] ? one : null;
        if (only is { Pidx: not null } && payments.ContainsKey(only.Id))
        {
            return; // told by its link
        }

        bool isOurs = await db.Orders.AnyAsync(order => order.Id == orderId);
        if (!isOfDay && !isOurs)
        {
            return;
        }

        _atKhalti = isOfDay ? _atKhalti.And(record.Amount, record.Fee) : _atKhalti;
        _differences.Add(new DifferenceView(
            DifferenceKind.PaidAtKhaltiOnly, isOurs ? orderId : null, only?.Id, record.Id,
            only is not null ? SnakeCase.Of(only.Status) : isOurs ? "no payment of this order is it" : "no order of this shop",
            record.StateName, null, record.Amount,
            only is { Status: not PaymentStatus.NeedsReview } ? MendingAction.CheckPayment : isOurs ? MendingAction.LookAtOrder : MendingAction.LookAtKhalti));
    }
}
