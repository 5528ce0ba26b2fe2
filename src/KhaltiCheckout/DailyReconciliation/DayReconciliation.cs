using KhaltiCheckout.Gateway;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.DailyReconciliation;

/// <summary>
/// Compares a day's payments with Khalti's books, and those of the days before it, which may have changed since. Reads only.
/// The widget's payments come from Khalti's list, page by page; an ePayment is looked up by its link. The shop goes on selling
/// meanwhile: what seems to differ is read a second time, here and there, before it is reported.
/// </summary>
internal sealed class DayReconciliation(CheckoutDb db, GatewayRecords records, IOptions<KhaltiOptions> khalti)
{
    private const int PaymentsAtOnce = 500;
    private const int QuestionsAtOnce = 4;

    private readonly ComparisonGaps _gaps = new();
    private readonly List<DifferenceView> _differences = [];

    // Of the day's widget payments, those that the list has.
    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);
    private ComparedPeriod _period = null!;
    private CloseTotals _here = CloseTotals.None;
    private CloseTotals _atKhalti = CloseTotals.None;

    /// <summary>Null when Khalti did not answer at all.</summary>
    internal async Task<CloseReport?> RunAsync(DateOnly day, CancellationToken cancellationToken)
    {
        _period = new ComparedPeriod(day);
        bool? widget = await CompareWidgetAsync(cancellationToken);
        bool? epayment = await CompareLinksAsync(cancellationToken);
        if (widget != true && epayment != true && (widget ?? epayment) is not null)
        {
            return null;
        }

        DateTimeOffset end = _period.End;
        return new CloseReport(
            _here, _atKhalti, _period.FirstDay,
            await db.Payments.CountAsync(
                payment =>
                    (payment.Status == PaymentStatus.Verifying || payment.Status == PaymentStatus.NeedsReview) && payment.CreatedAt < end,
                cancellationToken),
            await db.Refunds.CountAsync(refund => refund.NextCheckAt != null && refund.CreatedAt < end, cancellationToken),
            _gaps.OfDay, _gaps.RecordsOfDay, _gaps.OfDaysBefore,
            [.. _differences.OrderBy(difference => difference.Kind).ThenBy(difference => difference.OrderId, StringComparer.Ordinal)]);
    }

    /// <summary>Null when there is nothing to ask about; else whether Khalti answered.</summary>
    private async Task<bool?> CompareWidgetAsync(CancellationToken cancellationToken)
    {
        // A product that is off has books to compare while payments of it are recent.
        bool dayCounts = khalti.Value.Widget.Enabled || await WidgetPayments(_period.DayStart, _period.Day).AnyAsync(cancellationToken);
        if (!dayCounts && !await WidgetPayments(_period.Start, _period.FirstDay).AnyAsync(cancellationToken))
        {
            return null;
        }

        WidgetList list = records.ListWidget(_period.Listed, dayCounts);
        List<ListedTransaction> unknown = [];
        await foreach (IReadOnlyList<ListedTransaction> page in list.ReadAsync(cancellationToken))
        {
            await CompareListedAsync(page, unknown, cancellationToken);
        }

        foreach (ListGap gap in list.Gaps)
        {
            if (gap.IsRecord)
            {
                _gaps.AddRecord(gap.OfDay, gap.Sentence);
            }
            else
            {
                _gaps.Add(gap.OfDay, gap.Sentence);
            }
        }

        if (list.CoversDay)
        {
            await AskAboutMissingAsync(cancellationToken);
        }

        foreach (ListedTransaction listed in unknown)
        {
            await FindOrderAsync(listed, cancellationToken);
        }

        return list.WasAnswered;
    }

    private IQueryable<Payment> WidgetPayments(DateTimeOffset from, DateOnly fromDay)
    {
        (string first, string last) = (TypeId.First(TypeId.Payment, from), TypeId.First(TypeId.Payment, _period.End));
        DateOnly day = _period.Day;
        return db.Payments.AsNoTracking().Where(payment => payment.Method == PaymentMethod.Widget
            && ((payment.Id.CompareTo(first) >= 0 && payment.Id.CompareTo(last) < 0)
                || (payment.CompletedOn >= fromDay && payment.CompletedOn <= day)));
    }

    // The list may have ePayments in it, too: their links tell more.
    private async Task CompareListedAsync(
        IReadOnlyList<ListedTransaction> page, List<ListedTransaction> unknown, CancellationToken cancellationToken)
    {
        Dictionary<string, ListedTransaction> byId = page.ToDictionary(listed => listed.Id, StringComparer.Ordinal);
        string[] ids = [.. byId.Keys];
        PaymentRows payments = await ListAsync(
            db.Payments.AsNoTracking().Where(payment => payment.TransactionId != null && ids.Contains(payment.TransactionId)),
            cancellationToken);
        foreach (UnreadablePayment unreadable in payments.Unreadable)
        {
            byId.Remove(unreadable.TransactionId!);
        }

        foreach (Payment payment in payments.Read)
        {
            byId.Remove(payment.TransactionId!, out ListedTransaction? listed);
            if (payment.Method == PaymentMethod.Widget)
            {
                ComparedPayment booked = new(payment, listed!.Record);
                if (booked.IsOf(_period.Day))
                {
                    _listed.Add(payment.Id);
                }

                await CompareAsync(booked, cancellationToken);
            }
        }

        unknown.AddRange(byId.Values.Where(listed => listed.Record.Moved && !(listed.CreatedOn >= _period.End)));
    }

    // Ours that the list does not have: asked for by name before it is reported.
    private async Task AskAboutMissingAsync(CancellationToken cancellationToken)
    {
        DateOnly day = _period.Day;
        IQueryable<Payment> ofDay = db.Payments.AsNoTracking()
            .Where(payment => payment.CompletedOn == day && payment.Method == PaymentMethod.Widget
                && payment.Status != PaymentStatus.NeedsReview);
        for (string after = ""; ;)
        {
            PaymentRows some = await ListAsync(
                ofDay.Where(payment => payment.Id.CompareTo(after) > 0).OrderBy(payment => payment.Id).Take(PaymentsAtOnce),
                cancellationToken);
            foreach (Payment payment in some.Read.Where(payment => !_listed.Contains(payment.Id)))
            {
                await CompareAsync(new ComparedPayment(payment, await records.ReadAsync(payment)), cancellationToken);
            }

            if (some.Count < PaymentsAtOnce)
            {
                return;
            }

            after = some.LastId!;
        }
    }

    /// <summary>Null when there is nothing to ask about; else whether Khalti answered about any.</summary>
    private async Task<bool?> CompareLinksAsync(CancellationToken cancellationToken)
    {
        (string first, string last) = _period.Ids;
        (DateOnly from, DateOnly to) = (_period.FirstDay, _period.Day);
        IQueryable<Payment> links = db.Payments.AsNoTracking().Where(payment => payment.Pidx != null);
        IQueryable<Payment> made = links.Where(payment => payment.Id.CompareTo(first) >= 0 && payment.Id.CompareTo(last) < 0);
        IQueryable<Payment> madeBefore = links.Where(payment => payment.CompletedOn >= from && payment.CompletedOn <= to
            && (payment.Id.CompareTo(first) < 0 || payment.Id.CompareTo(last) >= 0));
        bool? ofPeriod = await CompareLinksAsync(made, cancellationToken);
        bool? ofBefore = await CompareLinksAsync(madeBefore, cancellationToken);
        return ofPeriod is null ? ofBefore : ofPeriod.Value || ofBefore == true;
    }

    // The newest first, so the day comes before the days before it.
    private async Task<bool?> CompareLinksAsync(IQueryable<Payment> links, CancellationToken cancellationToken)
    {
        bool? answered = null;
        bool keyRefused = false;
        for (string? before = null; ;)
        {
            PaymentRows page = await ListAsync(
                (before is null ? links : links.Where(link => link.Id.CompareTo(before) < 0))
                    .OrderByDescending(link => link.Id).Take(PaymentsAtOnce),
                cancellationToken);
            IReadOnlyList<Payment> some = page.Read;
            GatewayRecord[] found = new GatewayRecord[some.Count];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, some.Count),
                new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = cancellationToken },
                async (at, _) =>
                {
                    found[at] = Volatile.Read(ref keyRefused) ? GatewayRecord.KeyRefused : await records.ReadAsync(some[at]);
                    if (found[at] == GatewayRecord.KeyRefused)
                    {
                        Volatile.Write(ref keyRefused, true);
                    }
                });
            for (int at = 0; at < some.Count; at++)
            {
                answered = answered == true || !found[at].IsUnanswered || found[at] == GatewayRecord.KeyRefused;
                await CompareAsync(new ComparedPayment(some[at], found[at]), cancellationToken);
            }

            if (page.Count < PaymentsAtOnce)
            {
                return answered;
            }

            before = page.LastId!;
        }
    }

    // One row that can't be read is left out of the comparison, and named.
    private async Task<PaymentRows> ListAsync(IQueryable<Payment> payments, CancellationToken cancellationToken)
    {
        PaymentRows rows = await PaymentRows.ListAsync(payments, cancellationToken);
        foreach (UnreadablePayment unreadable in rows.Unreadable)
        {
            _gaps.AddRecord(
                await IsOfDayAsync(unreadable.Id, cancellationToken), $"The shop's record of payment {unreadable.Id} can't be read.");
        }

        return rows;
    }

    // Where its dates can't be read either, it belongs to the day on which it was begun, by its id.
    private async Task<bool> IsOfDayAsync(string paymentId, CancellationToken cancellationToken)
    {
        DateOnly? completedOn = null;
        try
        {
            completedOn = await db.Payments.Where(payment => payment.Id == paymentId).Select(payment => payment.CompletedOn)
                .SingleAsync(cancellationToken);
        }
        catch (Exception failure) when (RowFailures.IsOfRow(failure))
        {
        }

        return completedOn is { } completed ? completed == _period.Day
            : string.CompareOrdinal(paymentId, TypeId.First(TypeId.Payment, _period.DayStart)) >= 0
                && string.CompareOrdinal(paymentId, TypeId.First(TypeId.Payment, _period.End)) < 0;
    }

    private async Task CompareAsync(ComparedPayment booked, CancellationToken cancellationToken)
    {
        DateOnly day = _period.Day;
        List<DifferenceView> found = [.. booked.Differences(day)];
        bool partOfList = booked.Record.Ledger?.State == LedgerState.RefundedInPart && booked.Payment.Method == PaymentMethod.Widget;
        if (found.Count > 0 || partOfList)
        {
            // The list was read some time ago, and so was our row.
            PaymentRows row = await ListAsync(
                db.Payments.AsNoTracking().Where(payment => payment.Id == booked.Payment.Id), cancellationToken);
            if (row.Read is not [var now])
            {
                return;
            }

            booked = new ComparedPayment(now, await records.ReadAsync(now));
            found = [.. booked.Differences(day)];
        }

        if (booked.Record.IsUnanswered)
        {
            _gaps.Add(booked, booked.IsOf(day));
            return;
        }

        _differences.AddRange(found);
        if (booked.IsOf(day))
        {
            _here = booked.IsPaidHere ? _here.And(booked.Payment.AmountPaid!.Value, booked.Payment.Fee) : _here;
            _atKhalti = booked.Record.Moved && booked.Record.Amount is { } amount ? _atKhalti.And(amount, booked.Record.Fee) : _atKhalti;
        }
    }

    // Money of which no payment here knows the transaction. What it was paid for, only the detail call tells.
    private async Task FindOrderAsync(ListedTransaction listed, CancellationToken cancellationToken)
    {
        // Another shop may use the same account at Khalti: what is none of ours is reported on its own day only.
        bool isOfDay = listed.CreatedOn is not { } created || _period.Listed.HasDay(created);
        if (await db.Payments.AnyAsync(payment => payment.TransactionId == listed.Id, cancellationToken)
            || (!isOfDay && !await db.Payments.AnyAsync(
                payment => payment.TransactionId == null && payment.Amount == listed.Amount && payment.CompletedOn == null,
                cancellationToken)))
        {
            return;
        }

        (bool isAnswered, string? orderId) = await records.FindOrderIdAsync(listed, cancellationToken);
        if (!isAnswered)
        {
            _gaps.AddRecord(isOfDay, $"Khalti did not answer about its transaction {listed.Id}.");
            return;
        }

        PaymentRows candidates = await ListAsync(
            db.Payments.AsNoTracking().Where(
                payment => payment.OrderId == orderId && payment.TransactionId == null && (payment.Token != null || payment.Pidx != null)),
            cancellationToken);
        if (candidates.Unreadable.Count > 0)
        {
            return; // it may be that payment's
        }

        Payment? only = candidates.Read is [var one] ? one : null;
        if (only is { Pidx: not null } && _period.Has(only))
        {
            return; // reported by its link
        }

        bool isOurs = await db.Orders.AnyAsync(order => order.Id == orderId, cancellationToken);
        if (!isOfDay && !isOurs)
        {
            return;
        }

        _atKhalti = isOfDay ? _atKhalti.And(listed.Amount, listed.Record.Fee) : _atKhalti;
        _differences.Add(new DifferenceView(
            DifferenceKind.PaidAtKhaltiOnly, isOurs ? orderId : null, only?.Id, listed.Id,
            only is not null ? SnakeCase.Of(only.Status) : isOurs ? "no payment of this order is it" : "no order of this shop",
            listed.Record.StateName, null, listed.Amount,
            only is { Status: not PaymentStatus.NeedsReview } ? MendingAction.CheckPayment
                : isOurs ? MendingAction.LookAtOrder : MendingAction.LookAtKhalti));
    }
}
