using FsCheck;
using FsCheck.Fluent;
using KhaltiCheckout.Model;

namespace KhaltiCheckout.Tests.Model;

/// <summary>Rules of the lifecycles that together cover every pair of a status and an event.</summary>
public sealed class LifecycleTests
{
    private static readonly OrderStatus[] Paid = [OrderStatus.Paid, OrderStatus.PartiallyRefunded, OrderStatus.Refunded];
    private static readonly PaymentStatus[] Counted = [PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded];
    private static readonly PaymentStatus[] Given = [PaymentStatus.Completed, PaymentStatus.PartiallyRefunded, PaymentStatus.NeedsReview];
    private static readonly PaymentStatus[] Open = [PaymentStatus.Initiated, PaymentStatus.Verifying, PaymentStatus.NeedsReview];
    private static readonly PaymentStatus[] EndedUnpaid = [PaymentStatus.Failed, PaymentStatus.Cancelled, PaymentStatus.Expired];

    [Fact]
    public void A_payment_pays_an_order_once_however_late() =>
        Holds<OrderStatus>(status => status.After(OrderEvent.PaymentCompleted), OrderStatus.Paid, status => !Paid.Contains(status));

    [Fact]
    public void Only_a_pending_order_is_cancelled_or_expires()
    {
        Holds<OrderStatus>(status => status.After(OrderEvent.Cancelled), OrderStatus.Cancelled, status => status == OrderStatus.Pending);
        Holds<OrderStatus>(status => status.After(OrderEvent.Expired), OrderStatus.Expired, status => status == OrderStatus.Pending);
    }

    [Fact]
    public void A_paid_order_is_refunded_in_parts_up_to_its_amount()
    {
        bool IsLeft(OrderStatus status) => Paid.Contains(status) && status != OrderStatus.Refunded;
        Holds<OrderStatus>(status => status.After(OrderEvent.PartOfItRefunded), OrderStatus.PartiallyRefunded, IsLeft);
        Holds<OrderStatus>(status => status.After(OrderEvent.AllOfItRefunded), OrderStatus.Refunded, IsLeft);
    }

    [Fact]
    public void Every_payment_that_is_not_completed_can_complete() =>
        Holds<PaymentStatus>(status => status.After(PaymentEvent.Completed), PaymentStatus.Completed, status => !Counted.Contains(status));

    [Fact]
    public void A_contradiction_moves_every_uncompleted_payment_to_review() =>
        Holds<PaymentStatus>(
            status => status.After(PaymentEvent.Contradicted), PaymentStatus.NeedsReview,
            status => !Counted.Contains(status) && status != PaymentStatus.NeedsReview);

    [Fact]
    public void Every_open_payment_can_end_unpaid_and_no_other()
    {
        Holds<PaymentStatus>(status => status.After(PaymentEvent.Declined), PaymentStatus.Failed, Open.Contains);
        Holds<PaymentStatus>(status => status.After(PaymentEvent.Cancelled), PaymentStatus.Cancelled, Open.Contains);
        Holds<PaymentStatus>(status => status.After(PaymentEvent.Expired), PaymentStatus.Expired, Open.Contains);
    }

    [Fact]
    public void A_payment_pending_at_Khalti_is_open_again()
    {
        Holds<PaymentStatus>(
            status => status.After(PaymentEvent.Pending), PaymentStatus.Verifying,
            status => status == PaymentStatus.Initiated || EndedUnpaid.Contains(status));
        Holds<PaymentStatus>(
            status => status.After(PaymentEvent.Waiting), PaymentStatus.Initiated, status => status == PaymentStatus.Verifying);
    }

    [Fact]
    public void Only_a_completed_payment_is_refunded()
    {
        Holds<PaymentStatus>(status => status.After(PaymentEvent.PartRefunded), PaymentStatus.PartiallyRefunded, Given.Contains);
        Holds<PaymentStatus>(status => status.After(PaymentEvent.AllRefunded), PaymentStatus.Refunded, Given.Contains);
    }

    [Fact]
    public void A_refund_ends_once_and_becomes_unknown_at_most_once()
    {
        bool IsOpen(RefundStatus status) => status is RefundStatus.Requested or RefundStatus.Unknown;
        Holds<RefundStatus>(status => status.After(RefundEvent.Completed), RefundStatus.Completed, IsOpen);
        Holds<RefundStatus>(status => status.After(RefundEvent.Failed), RefundStatus.Failed, IsOpen);
        Holds<RefundStatus>(
            status => status.After(RefundEvent.AnswerLost), RefundStatus.Unknown, status => status == RefundStatus.Requested);
    }

    [Fact]
    public void Every_event_is_covered_by_a_test_above() =>
        (Enum.GetValues<OrderEvent>().Length, Enum.GetValues<PaymentEvent>().Length, Enum.GetValues<RefundEvent>().Length)
            .ShouldBe((5, 9, 3));

    [Fact]
    public void A_paid_order_stays_paid_or_is_refunded_in_every_sequence()
    {
        Prop.ForAll(Happenings<OrderEvent>(), happenings =>
        {
            OrderStatus[] statuses = Replay(OrderStatus.Pending, happenings, (status, happened) => status.After(happened));
            bool paid = false;
            return statuses.All(status =>
            {
                paid |= status == OrderStatus.Paid;
                return !paid || status is OrderStatus.Paid or OrderStatus.PartiallyRefunded or OrderStatus.Refunded;
            });
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Only_a_paid_order_is_refunded_in_every_sequence()
    {
        Prop.ForAll(Happenings<OrderEvent>(), happenings =>
        {
            List<OrderStatus> statuses = [.. Replay(OrderStatus.Pending, happenings, (status, happened) => status.After(happened))];
            int refund = statuses.FindIndex(status => status is OrderStatus.PartiallyRefunded or OrderStatus.Refunded);
            return refund < 0 || statuses.Take(refund).Contains(OrderStatus.Paid);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_payment_completes_once_and_stays_completed_in_every_sequence()
    {
        Prop.ForAll(Happenings<PaymentEvent>(), happenings =>
        {
            PaymentStatus[] statuses = Replay(PaymentStatus.Verifying, happenings, (status, happened) => status.After(happened));
            PaymentStatus[] since = [.. statuses.SkipWhile(status => status != PaymentStatus.Completed)];
            return since.SkipWhile(status => status == PaymentStatus.Completed)
                .SkipWhile(status => status == PaymentStatus.PartiallyRefunded)
                .All(status => status == PaymentStatus.Refunded);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_completed_answer_is_accepted_after_every_sequence()
    {
        Prop.ForAll(Happenings<PaymentEvent>(), happenings =>
            Replay(PaymentStatus.Verifying, [.. happenings, PaymentEvent.Completed], (status, happened) => status.After(happened))[^1]
                is PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded).QuickCheckThrowOnFailure();
    }

    // It happens in exactly these statuses, and always leads to the same.
    private static void Holds<TStatus>(Func<TStatus, TStatus?> after, TStatus to, Func<TStatus, bool> mayHappen)
        where TStatus : struct, Enum
    {
        foreach (TStatus status in Enum.GetValues<TStatus>())
        {
            after(status).ShouldBe(mayHappen(status) ? to : null, status.ToString());
        }
    }

    private static Arbitrary<TEvent[]> Happenings<TEvent>()
        where TEvent : struct, Enum => Gen.Elements(Enum.GetValues<TEvent>()).ArrayOf().ToArbitrary();

    // An event that is not allowed in a status is ignored, as the handlers do.
    private static TStatus[] Replay<TStatus, TEvent>(TStatus first, TEvent[] happenings, Func<TStatus, TEvent, TStatus?> after)
        where TStatus : struct
    {
        List<TStatus> statuses = [first];
        foreach (TEvent happened in happenings)
        {
            statuses.Add(after(statuses[^1], happened) ?? statuses[^1]);
        }

        return [.. statuses];
    }
}
