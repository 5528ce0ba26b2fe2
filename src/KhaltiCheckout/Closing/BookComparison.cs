using System.Collections.Concurrent;
using Khalti.Client;
using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Closing;

/// <summary>
/// Compares a day's payments with Khalti's books, and the refunds of the days before it, which the dashboard can make without
/// us. Reads only. The widget's payments come from Khalti's list, page by page; an ePayment is looked up by its link.
/// </summary>
internal sealed class BookComparison(CheckoutDb db, KhaltiClients clients, RefundGateway gateway)
{
    // A busy month is some hundred pages; more than this is a shop that should ask for less at a time.
    private const int MostPages = 1000;
    private const int MostLookups = 5000;
    private const int AskedAtOnce = 4;
    private const int IdsAtOnce = 500;

    /// <summary>How many days back refunds are compared.</summary>
    internal const int DaysBack = 30;

    private readonly List<DifferenceView> _differences = [];
    private readonly List<string> _leftOut = [];

    // Khalti's list may have ePayments in it, too: nothing is told twice.
    private readonly HashSet<string> _compared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _owed = new(StringComparer.Ordinal);
    private CloseTotals _here = CloseTotals.None;
    private CloseTotals _atKhalti = CloseTotals.None;

    /// <summary>Null when Khalti did not answer at all.</summary>
    internal async Task<CloseReport?> RunAsync(DateOnly day, CancellationToken cancellationToken)
    {
        DateOnly back = day.AddDays(-DaysBack);
        (DateTimeOffset start, DateTimeOffset end) = (NepalTime.StartOf(day), NepalTime.StartOf(day.AddDays(1)));
        if (!await CompareListedAsync(day, start, end, NepalTime.StartOf(back), cancellationToken)
            || !await CompareLinksAsync(day, start, end, back, cancellationToken))
        {
            return null;
        }

        return new CloseReport(
            _here, _atKhalti, back,
            await db.Payments.CountAsync(payment => (payment.Status == PaymentStatus.Verifying || payment.Status == PaymentStatus.NeedsReview) && payment.CreatedAt < end, cancellationToken),
            await db.Refunds.CountAsync(refund => (refund.Status == RefundStatus.Requested || refund.Status == RefundStatus.Unknown) && refund.CreatedAt < end, cancellationToken),
            _leftOut,
            [.. _differences.OrderBy(difference => difference.Kind).ThenBy(difference => difference.OrderId, StringComparer.Ordinal)]);
    }

    private async Task<bool> CompareListedAsync(
        DateOnly day, DateTimeOffset start, DateTimeOffset end, DateTimeOffset back, CancellationToken cancellationToken)
    {
        if (await ListAsync(back, cancellationToken) is not { } listed)
        {
            return false;
        }

        Dictionary<string, Payment> known = await KnownAsync([.. listed.Keys], cancellationToken);
        foreach (Transaction record in listed.Values)
        {
            Payment? payment = known.GetValueOrDefault(record.Id);
            bool isOfDay = payment?.CompletedOn == day || (record.CreatedOn >= start && record.CreatedOn < end);
            await CompareAsync(record, payment, isOfDay);
        }

        // Ours that the list does not have: asked for by name before it is said.
        List<Payment> missing = (await db.Payments.AsNoTracking()
            .Where(payment => payment.CompletedOn == day && payment.Method == PaymentMethod.Widget).ToListAsync(cancellationToken))
            .FindAll(payment => payment.TransactionId is null || !listed.ContainsKey(payment.TransactionId));
        foreach (Payment payment in missing)
        {
            switch (payment.TransactionId is { } id ? await clients.Widget.GetTransactionAsync(id, cancellationToken) : null)
            {
                case Reply<TransactionDetail>.Answered(var detail):
                    await CompareAsync(detail.Transaction, payment, isOfDay: true);
                    break;
                case Reply<TransactionDetail>.Unknown:
                    LeaveOut(payment);
                    break;
                default:
                    Miss(payment, "Khalti does not know it");
                    break;
            }
        }

        return true;
    }

    // Newest first, so that what is paid meanwhile moves records to later pages and hides none.
    private async Task<Dictionary<string, Transaction>?> ListAsync(DateTimeOffset back, CancellationToken cancellationToken)
    {
        Dictionary<string, Transaction> listed = new(StringComparer.Ordinal);
        for (int page = 1; ; page++)
        {
            if (page > MostPages)
            {
                _leftOut.Add($"Khalti's list is longer than {MostPages} pages: the older part of it was not compared.");
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
                        _leftOut.Add($"{answer.Unreadable} records on page {page} of Khalti's list can't be read.");
                    }

                    if (!answer.HasNext || answer.Records is [.., { CreatedOn: { } oldest }] && oldest < back)
                    {
                        return listed;
                    }

                    break;
                case Reply<TransactionPage>.Refused when page > 1:
                    return listed; // the list has become shorter meanwhile
                default:
                    return null;
            }
        }
    }

    private async Task<Dictionary<string, Payment>> KnownAsync(string[] transactionIds, CancellationToken cancellationToken)
    {
        Dictionary<string, Payment> known = new(StringComparer.Ordinal);
        foreach (string[] some in transactionIds.Chunk(IdsAtOnce))
        {
            foreach (Payment payment in await db.Payments.AsNoTracking()
                .Where(payment => payment.TransactionId != null && some.Contains(payment.TransactionId)).ToListAsync(cancellationToken))
            {
                known[payment.TransactionId!] = payment;
            }
        }

        return known;
    }

    private async Task CompareAsync(Transaction record, Payment? payment, bool isOfDay)
    {
        bool moved = record.State is TransactionState.Completed or TransactionState.Refunded or TransactionState.PartiallyRefunded;
        switch (payment)
        {
            case null when moved && isOfDay:
                await FindOrderAsync(record);
                break;
            case null:
                break;
            case var _ when !IsPaidHere(payment):
                if (moved && isOfDay)
                {
                    Owe(payment, record.Id, record.StateName, record.Amount, record.Fee);
                }

                break;
            case var _ when !moved:
                if (isOfDay)
                {
                    Miss(payment, $"Khalti says {record.StateName}");
                }

                break;
            default:
                KhaltiBooks books = record.State == TransactionState.PartiallyRefunded
                    ? await gateway.ReadAsync(payment)
                    : KhaltiBooks.In(record, refunded: null, record.Amount);
                Compare(payment, books, record.StateName, record.Amount, record.Fee, isOfDay);
                break;
        }
    }

    private async Task<bool> CompareLinksAsync(
        DateOnly day, DateTimeOffset start, DateTimeOffset end, DateOnly back, CancellationToken cancellationToken)
    {
        // Of that day: made or paid then. Before it: paid, for its refunds.
        List<Payment> links = await db.Payments.AsNoTracking()
            .Where(payment => payment.Pidx != null && ((payment.CreatedAt >= start && payment.CreatedAt < end)
                || (payment.CompletedOn >= back && payment.CompletedOn <= day)))
            .OrderByDescending(payment => payment.Id)
            .Take(MostLookups + 1)
            .ToListAsync(cancellationToken);
        if (links.Count > MostLookups)
        {
            links.RemoveAt(MostLookups);
            _leftOut.Add($"There are more than {MostLookups} ePayments: the older ones were not compared.");
        }

        // Asked side by side, compared one after the other.
        ConcurrentDictionary<string, (Reply<EPayment> Reply, KhaltiBooks? Books)> answers = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            links, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellationToken },
            async (link, stop) =>
            {
                Reply<EPayment> reply = await clients.EPayment.LookupAsync(link.Pidx!, stop);
                bool inPart = reply is Reply<EPayment>.Answered { Value.Status: EPaymentStatus.PartiallyRefunded };
                answers[link.Id] = (reply, inPart && link.AmountPaid is not null ? await gateway.ReadAsync(link) : null);
            });
        if (links.Count > 0 && answers.Values.All(answer => answer.Reply is Reply<EPayment>.Unknown))
        {
            return false;
        }

        foreach (Payment link in links)
        {
            bool isOfDay = link.CompletedOn == day || (link.CreatedAt >= start && link.CreatedAt < end);
            (Reply<EPayment> reply, KhaltiBooks? books) = answers[link.Id];
            switch (reply)
            {
                case Reply<EPayment>.Answered(var looked):
                    Compare(link, looked, books, isOfDay);
                    break;
                case Reply<EPayment>.Unknown:
                    LeaveOut(link);
                    break;
                case Reply<EPayment>.Refused when isOfDay && IsPaidHere(link):
                    Miss(link, "Khalti does not know it");
                    break;
            }
        }

        return true;
    }

    private void Compare(Payment link, EPayment looked, KhaltiBooks? books, bool isOfDay)
    {
        bool moved = looked.Status is EPaymentStatus.Completed or EPaymentStatus.Refunded or EPaymentStatus.PartiallyRefunded;
        if (moved && IsPaidHere(link))
        {
            Paisa amount = looked.TotalAmount ?? link.AmountPaid!.Value;
            Compare(link, books ?? KhaltiBooks.In(looked, refunded: null, link), looked.StatusName, amount, looked.Fee, isOfDay);
        }
        else if (moved && isOfDay)
        {
            Owe(link, looked.TransactionId, looked.StatusName, looked.TotalAmount, looked.Fee);
        }
        else if (!moved && isOfDay && IsPaidHere(link))
        {
            Miss(link, $"Khalti says {looked.StatusName}");
        }
    }

    // Paid in both: the amounts, and what went back.
    private void Compare(Payment payment, KhaltiBooks books, string khaltiState, Paisa amount, Paisa? fee, bool isOfDay)
    {
        Paisa paid = payment.AmountPaid!.Value;
        if (!_compared.Add(payment.Id))
        {
            return;
        }

        if (isOfDay)
        {
            _here = _here.And(paid, payment.Fee);
            _atKhalti = _atKhalti.And(amount, fee);
        }

        if (amount != paid)
        {
            // Of an earlier day, that day's close tells it.
            if (isOfDay)
            {
                Differ(DifferenceKind.Amount, payment, Said(payment), khaltiState, paid, amount, MendingAction.LookAtKhalti);
            }

            return;
        }

        if (isOfDay && fee is { } taken && taken != payment.Fee)
        {
            Differ(DifferenceKind.Fee, payment, Said(payment), khaltiState, payment.Fee, taken, MendingAction.LookAtKhalti);
        }

        // While a refund is open, its own check finds out.
        bool waits = payment.AmountReserved > Paisa.Zero;
        if (!waits && books.State == BookedState.Unanswered)
        {
            LeaveOut(payment);
        }
        else if (!waits && !RefundRules.Agree(payment, books))
        {
            Differ(
                DifferenceKind.Refund, payment, $"{Said(payment)}, {payment.AmountRefunded} given back", books.Rule, payment.AmountRefunded, books.Refunded,
                books.State is BookedState.RefundedInPart or BookedState.RefundedInFull && !(books.Refunded < payment.AmountRefunded)
                    ? MendingAction.CheckPayment
                    : MendingAction.LookAtKhalti);
        }
    }

    // Khalti has the money, and we have a payment that is not paid.
    private void Owe(Payment payment, string? transactionId, string khaltiState, Paisa? amount, Paisa? fee)
    {
        if (!_owed.Add(transactionId ?? payment.Id))
        {
            return;
        }

        if (amount is { } paid)
        {
            _atKhalti = _atKhalti.And(paid, fee);
        }

        _differences.Add(new DifferenceView(
            DifferenceKind.PaidAtKhaltiOnly, payment.OrderId, payment.Id, transactionId, Said(payment), khaltiState, null, amount,
            payment.Status == PaymentStatus.NeedsReview ? MendingAction.LookAtOrder : MendingAction.CheckPayment));
    }

    // What the payment was made for, only the detail call tells.
    private async Task FindOrderAsync(Transaction record)
    {
        Reply<TransactionDetail> reply = await clients.Widget.GetTransactionAsync(record.Id);
        string? orderId = reply is Reply<TransactionDetail>.Answered(var detail) ? detail.Transaction.ProductIdentity : record.ProductIdentity;
        List<Payment> open = await db.Payments.AsNoTracking()
            .Where(payment => payment.OrderId == orderId && payment.TransactionId == null && (payment.Token != null || payment.Pidx != null))
            .ToListAsync();
        if (open is [var only])
        {
            Owe(only, record.Id, record.StateName, record.Amount, record.Fee);
            return;
        }

        if (_owed.Add(record.Id))
        {
            bool isOurs = await db.Orders.AnyAsync(order => order.Id == orderId);
            _atKhalti = _atKhalti.And(record.Amount, record.Fee);
            _differences.Add(new DifferenceView(
                DifferenceKind.PaidAtKhaltiOnly, isOurs ? orderId : null, null, record.Id, isOurs ? "no payment of this order is it" : "no order of this shop",
                record.StateName, null, record.Amount, isOurs ? MendingAction.LookAtOrder : MendingAction.LookAtKhalti));
        }
    }

    private void Miss(Payment payment, string atKhalti)
    {
        _here = _here.And(payment.AmountPaid!.Value, payment.Fee);
        Differ(DifferenceKind.PaidHereOnly, payment, Said(payment), atKhalti, payment.AmountPaid, null, MendingAction.LookAtKhalti);
    }

    private void Differ(DifferenceKind kind, Payment payment, string here, string atKhalti, Paisa? amountHere, Paisa? amountAtKhalti, MendingAction action) =>
        _differences.Add(new DifferenceView(kind, payment.OrderId, payment.Id, payment.TransactionId, here, atKhalti, amountHere, amountAtKhalti, action));

    private void LeaveOut(Payment payment) => _leftOut.Add($"Khalti did not answer about payment {payment.Id}.");

    private static string Said(Payment payment) => SnakeCase.Of(payment.Status);

    private static bool IsPaidHere(Payment payment) => payment is
    {
        AmountPaid: not null, Status: PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded,
    };
}
