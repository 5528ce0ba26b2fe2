using FsCheck;
using FsCheck.Fluent;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>Random stories: mostly shoppers who pay, with every kind of trouble in between.</summary>
internal static class Stories
{
    private const int Shortest = 15;
    private const int Longest = 40;

    private static readonly Gen<int> Number = Gen.Choose(0, 7);
    private static readonly Gen<bool> Coin = Gen.Elements(true, false);

    internal static Arbitrary<Story> Arbitrary { get; } = Arb.From(
        Gen.Frequency((2, BeforeTheSale), (1, AfterTheSale)), story => story.Shorter());

    private static Gen<Story> BeforeTheSale =>
        from length in Gen.Choose(Shortest, Longest)
        from order in Place
        from widget in Widget
        from operations in Operations.ListOf(length - 2)
        select new Story([order, widget, .. operations]);

    // Of the stories that begin with nothing, few come to money that went back and forth.
    private static Gen<Story> AfterTheSale =>
        from length in Gen.Choose(Shortest / 2, Longest / 2)
        from sale in Gen.Elements<Operation[]>(
            [new PlaceAnOrder(0, null), new OpenTheWidget(0, 0, false, true), new Verify(0, 0, 0, 1, false)],
            [new PlaceAnOrder(0, null), new AskForALink(0, 1), new AtKhaltisPage(0, "completed"), new ComeBack(0, false)],
            [new PlaceAnOrder(0, null), new AskForALink(0, 1), new OpenTheWidget(0, 0, false, true), new Verify(0, 0, 0, 1, false), new AtKhaltisPage(0, "completed")],
            [
                new PlaceAnOrder(0, null), new AskForALink(0, 1), new OpenTheWidget(0, 0, false, true), new KillInVerify(0, false),
                new AtKhaltisPage(0, "completed"),
            ])
        from operations in Gen.Frequency((3, Returns), (1, Operations)).ListOf(length)
        select new Story([.. sale, .. operations]);

    private static Gen<Operation> Operations => Gen.Frequency(
        (3, Place),
        (5, Widget),
        (9, Verify),
        (1, As(Number.Select(order => new Cancel(order)))),
        (1, As(Number.Select(order => new ReadTheOrder(order)))),
        (3, As(Gen.Elements(1, 6, 20, 70, 400).Select(seconds => new Wait(seconds)))),
        (1, As(Gen.Elements(1_000, 3_700, 7_300, 90_000).Select(seconds => new Wait(seconds)))),
        (3, Gen.Constant<Operation>(new Pass())),
        (3, Fault),
        (1, Gen.Constant<Operation>(new Mend())),
        (1, Gen.Constant<Operation>(new Restart())),
        (1, As(from widget in Number from after in Coin select new KillInVerify(widget, after))),
        (1, As(from widget in Number from after in Coin select new Stall(widget, after))),
        (1, Gen.Constant<Operation>(new Release())),
        (2, Move),
        (4, As(from order in Number from times in Mostly(1, Gen.Choose(2, 4)) select new AskForALink(order, times))),
        (4, As(from link in Number from outcome in Outcome select new AtKhaltisPage(link, outcome))),
        (3, As(from link in Number from forged in Mostly(false, Gen.Constant(true)) select new ComeBack(link, forged))),
        (1, As(from order in Number from after in Coin select new KillWhileAskingForALink(order, after))),
        (1, As(from link in Number from all in Coin select new RefundALinkAtKhalti(link, all))),
        (4, Back),
        (1, KillBack),
        (1, As(Number.Select(refund => new CheckTheRefund(refund)))),
        (1, As(from refused in Coin from tells in Coin select new Turn(refused, tells))));

    private static Gen<Operation> Returns => Gen.Frequency(
        (6, Back),
        (2, KillBack),
        (2, As(Number.Select(refund => new CheckTheRefund(refund)))),
        (2, As(from at in Gen.Elements("refund", "refund", "detail", "epayment_lookup") from kind in Trouble from times in Gen.Choose(1, 3) select new Fault(at, kind.Kind, kind.Status, times))),
        (1, Gen.Constant<Operation>(new Mend())),
        (2, Gen.Constant<Operation>(new Pass())),
        (2, As(Gen.Elements(6, 70, 400, 1_000).Select(seconds => new Wait(seconds)))),
        (1, As(from widget in Number from state in Gen.Elements("Refunded", "Partially refunded", "Partially refunded") select new MoveAtKhalti(widget, state))),
        (1, As(from link in Number from all in Gen.Elements(true, false, false) select new RefundALinkAtKhalti(link, all))));

    private static Gen<Operation> Back => As(
        from order in Number from amount in Part from times in Mostly(1, Gen.Choose(2, 4)) from keyed in Coin select new RecordRefunded(order, amount, times, keyed));

    private static Gen<Operation> KillBack => As(
        from order in Number from amount in Part from after in Coin from keyed in Coin select new KillWhileGivingBack(order, amount, after, keyed));

    private static Gen<long?> Part => Gen.Elements<long?>(null, null, 1_000, 5_000, 9_250, 10_000, 18_500, 50_000);

    private static Gen<string> Outcome => Gen.Frequency(
        (5, Gen.Constant("completed")), (2, Gen.Constant("pending")), (2, Gen.Elements("canceled", "canceled", "expired", "failed")));

    private static Gen<Operation> Place => As(
        from product in Mostly(0, Gen.Constant(1))
        from key in Gen.Elements<int?>(null, null, 0, 1)
        select new PlaceAnOrder(product, key));

    private static Gen<Operation> Widget => As(
        from order in Number
        from tweak in Mostly(0L, Gen.Elements(-500L, 500L, 1L))
        from other in Mostly(false, Gen.Constant(true))
        from confirm in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        select new OpenTheWidget(order, tweak, other, confirm));

    private static Gen<Operation> Verify => As(
        from widget in Gen.Frequency((8, Number), (1, Gen.Choose(-2, -1)))
        from shift in Mostly(0, Gen.Constant(1))
        from tweak in Mostly(0L, Gen.Elements(-1L, 1L, 5_000L))
        from times in Mostly(1, Gen.Choose(2, 4))
        from keyed in Coin
        select new Verify(widget, shift, tweak, times, keyed));

    private static Gen<Operation> Fault => As(
        from at in Gen.Frequency((4, Gen.Constant("verify")), (3, Gen.Constant("status")), (2, Gen.Constant("detail")), (1, Gen.Constant("list")), (3, Gen.Constant("refund")),
            (1, Gen.Constant("epayment_initiate")), (3, Gen.Constant("epayment_lookup")), (1, Gen.Constant("*")))
        from kind in Gen.Frequency((9, Trouble), (1, Gen.Constant<(string Kind, int? Status)>(("not_found", null))))
        from times in Gen.Choose(1, 3)
        select new Fault(kind.Kind == "not_found" ? "status" : at, kind.Kind, kind.Status, times));

    private static Gen<(string Kind, int? Status)> Trouble => Gen.Frequency(
        (2, Gen.Constant(("drop_before", (int?)null))),
        (4, Gen.Constant(("drop_after", (int?)null))),
        (1, Gen.Constant(("garbage", (int?)null))),
        (2, Gen.Elements<int?>(401, 429, 500, 503).Select(status => ("error", status))));

    private static Gen<Operation> Move => As(
        from widget in Number
        from state in Gen.Frequency(
            (4, Gen.Constant("Confirmed")), (2, Gen.Elements("Disabled", "Failed", "Frozen")), (4, Gen.Elements("Refunded", "Partially refunded")))
        select new MoveAtKhalti(widget, state));

    private static Gen<T> Mostly<T>(T usual, Gen<T> other) => Gen.Frequency((6, Gen.Constant(usual)), (1, other));

    private static Gen<Operation> As<T>(Gen<T> operations)
        where T : Operation => operations.Select(operation => (Operation)operation);
}
