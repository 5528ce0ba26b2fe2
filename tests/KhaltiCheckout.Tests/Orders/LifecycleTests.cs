using FsCheck;
using FsCheck.Fluent;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;

namespace KhaltiCheckout.Tests.Orders;

/// <summary>The tables of what may follow what, against tables written by hand: a row for every pair.</summary>
public sealed class LifecycleTests
{
    // Columns: PaymentCompleted, PartOfItRefunded, AllOfItRefunded, Cancelled, Expired.
    private static readonly Dictionary<OrderStatus, OrderStatus?[]> Orders = new()
    {
        [OrderStatus.Pending] = [OrderStatus.Paid, null, null, OrderStatus.Cancelled, OrderStatus.Expired],
        [OrderStatus.Paid] = [null, OrderStatus.PartiallyRefunded, OrderStatus.Refunded, null, null],
        [OrderStatus.PartiallyRefunded] = [null, OrderStatus.PartiallyRefunded, OrderStatus.Refunded, null, null],
        [OrderStatus.Refunded] = [null, null, null, null, null],
        [OrderStatus.Cancelled] = [OrderStatus.Paid, null, null, null, null],
        [OrderStatus.Expired] = [OrderStatus.Paid, null, null, null, null],
    };

    // Columns: Completed, Declined, Contradicted, Cancelled, Expired, Pending, Waiting, PartRefunded, AllRefunded.
    private static readonly Dictionary<PaymentStatus, PaymentStatus?[]> Payments = new()
    {
        [PaymentStatus.Initiated] = [PaymentStatus.Completed, PaymentStatus.Failed, PaymentStatus.NeedsReview, PaymentStatus.Cancelled, PaymentStatus.Expired, PaymentStatus.Verifying, null, null, null],
        [PaymentStatus.Verifying] = [PaymentStatus.Completed, PaymentStatus.Failed, PaymentStatus.NeedsReview, PaymentStatus.Cancelled, PaymentStatus.Expired, null, PaymentStatus.Initiated, null, null],
        [PaymentStatus.Completed] = [null, null, null, null, null, null, null, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded],
        [PaymentStatus.Failed] = [PaymentStatus.Completed, null, PaymentStatus.NeedsReview, null, null, PaymentStatus.Verifying, null, null, null],
        [PaymentStatus.Cancelled] = [PaymentStatus.Completed, null, PaymentStatus.NeedsReview, null, null, PaymentStatus.Verifying, null, null, null],
        [PaymentStatus.Expired] = [PaymentStatus.Completed, null, PaymentStatus.NeedsReview, null, null, PaymentStatus.Verifying, null, null, null],
        [PaymentStatus.NeedsReview] = [PaymentStatus.Completed, PaymentStatus.Failed, null, PaymentStatus.Cancelled, PaymentStatus.Expired, null, null, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded],
        [PaymentStatus.PartiallyRefunded] = [null, null, null, null, null, null, null, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded],
        [PaymentStatus.Refunded] = [null, null, null, null, null, null, null, null, null],
    };

    // Columns: AnswerLost, Completed, Failed.
    private static readonly Dictionary<RefundStatus, RefundStatus?[]> Refunds = new()
    {
        [RefundStatus.Requested] = [RefundStatus.Unknown, RefundStatus.Completed, RefundStatus.Failed],
        [RefundStatus.Unknown] = [null, RefundStatus.Completed, RefundStatus.Failed],
        [RefundStatus.Completed] = [null, null, null],
        [RefundStatus.Failed] = [null, null, null],
    };

    [Fact]
    public void Every_pair_of_order_status_and_event_is_as_in_the_table()
    {
        foreach (OrderStatus status in Enum.GetValues<OrderStatus>())
        {
            Enum.GetValues<OrderEvent>().Select(happened => status.After(happened)).ToArray().ShouldBe(Orders[status], status.ToString());
        }
    }

    [Fact]
    public void Every_pair_of_payment_status_and_event_is_as_in_the_table()
    {
        foreach (PaymentStatus status in Enum.GetValues<PaymentStatus>())
        {
            Enum.GetValues<PaymentEvent>().Select(happened => status.After(happened)).ToArray().ShouldBe(Payments[status], status.ToString());
        }
    }

    [Fact]
    public void Every_pair_of_refund_status_and_event_is_as_in_the_table()
    {
        foreach (RefundStatus status in Enum.GetValues<RefundStatus>())
        {
            Enum.GetValues<RefundEvent>().Select(happened => status.After(happened)).ToArray().ShouldBe(Refunds[status], status.ToString());
        }
    }

    [Fact]
    public void Whatever_happens_an_order_that_was_paid_stays_paid_or_is_refunded()
    {
        Prop.ForAll(Happenings<OrderEvent>(), happenings =>
        {
            OrderStatus[] story = Story(OrderStatus.Pending, happenings, (status, happened) => status.After(happened));
            bool paid = false;
            return story.All(status =>
            {
                paid |= status == OrderStatus.Paid;
                return !paid || status is OrderStatus.Paid or OrderStatus.PartiallyRefunded or OrderStatus.Refunded;
            });
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_happens_nothing_is_refunded_that_was_not_paid()
    {
        Prop.ForAll(Happenings<OrderEvent>(), happenings =>
        {
            List<OrderStatus> story = [.. Story(OrderStatus.Pending, happenings, (status, happened) => status.After(happened))];
            int refund = story.FindIndex(status => status is OrderStatus.PartiallyRefunded or OrderStatus.Refunded);
            return refund < 0 || story.Take(refund).Contains(OrderStatus.Paid);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_happens_a_payment_completes_once_and_stays_so_until_it_is_refunded()
    {
        Prop.ForAll(Happenings<PaymentEvent>(), happenings =>
        {
            PaymentStatus[] story = Story(PaymentStatus.Verifying, happenings, (status, happened) => status.After(happened));
            PaymentStatus[] since = [.. story.SkipWhile(status => status != PaymentStatus.Completed)];
            return since.SkipWhile(status => status == PaymentStatus.Completed)
                .SkipWhile(status => status == PaymentStatus.PartiallyRefunded)
                .All(status => status == PaymentStatus.Refunded);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_happens_the_final_answer_of_completed_money_is_never_lost()
    {
        Prop.ForAll(Happenings<PaymentEvent>(), happenings =>
            Story(PaymentStatus.Verifying, [.. happenings, PaymentEvent.Completed], (status, happened) => status.After(happened))[^1]
                is PaymentStatus.Completed or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded).QuickCheckThrowOnFailure();
    }

    private static Arbitrary<TEvent[]> Happenings<TEvent>()
        where TEvent : struct, Enum => Gen.Elements(Enum.GetValues<TEvent>()).ArrayOf().ToArbitrary();

    // What can't happen in a status is ignored there, as the handlers do.
    private static TStatus[] Story<TStatus, TEvent>(TStatus first, TEvent[] happenings, Func<TStatus, TEvent, TStatus?> after)
        where TStatus : struct
    {
        List<TStatus> story = [first];
        foreach (TEvent happened in happenings)
        {
            story.Add(after(story[^1], happened) ?? story[^1]);
        }

        return [.. story];
    }
}
