using FsCheck;
using FsCheck.Fluent;

namespace KhaltiCheckout.Tests.ModelBased;

/// <summary>Generates random scenarios: mostly payments, with every kind of fault in between.</summary>
internal static class ScenarioGenerator
{
    private const int MinLength = 15;
    private const int MaxLength = 40;

    private static readonly Gen<int> Number = Gen.Choose(0, 7);
    private static readonly Gen<bool> Bool = Gen.Elements(true, false);

    internal static Arbitrary<Scenario> Arbitrary { get; } = Arb.From(
        Gen.Frequency((2, FromEmptyShop), (1, FromCompletedSale)), scenario => scenario.Shrink());

    private static Gen<Scenario> FromEmptyShop =>
        from length in Gen.Choose(MinLength, MaxLength)
        from order in Place
        from widget in Widget
        from operations in Operations.ListOf(length - 2)
        select new Scenario([order, widget, .. operations]);

    // Few scenarios from an empty shop reach refunds, so these start with a paid order.
    private static Gen<Scenario> FromCompletedSale =>
        from length in Gen.Choose(MinLength / 2, MaxLength / 2)
        from sale in Gen.Elements<Operation[]>(
            [new PlaceOrder(0, null), new OpenWidget(0, 0, false, true), new VerifyToken(0, 0, 0, 1, false)],
            [new PlaceOrder(0, null), new RequestLink(0, 1), new SetLinkOutcome(0, "completed"), new ReturnFromKhalti(0, false)],
            [new PlaceOrder(0, null), new RequestLink(0, 1), new OpenWidget(0, 0, false, true), new VerifyToken(0, 0, 0, 1, false),
                new SetLinkOutcome(0, "completed")],
            [new PlaceOrder(0, null), new LoseToken(0, 0), new ReadList(8)],
            [
                new PlaceOrder(0, null), new RequestLink(0, 1), new OpenWidget(0, 0, false, true), new KillDuringVerify(0, false),
                new SetLinkOutcome(0, "completed"),
            ])
        from operations in Gen.Frequency((3, RefundSteps), (1, Operations)).ListOf(length)
        select new Scenario([.. sale, .. operations]);

    private static Gen<Operation> Operations => Gen.Frequency(
        (3, Place),
        (5, Widget),
        (9, VerifyToken),
        (1, As(Number.Select(order => new CancelOrder(order)))),
        (1, As(Number.Select(order => new ReadOrder(order)))),
        (3, As(Gen.Elements(1, 6, 20, 70, 400).Select(seconds => new AdvanceClock(seconds)))),
        (1, As(Gen.Elements(1_000, 3_700, 7_300, 90_000).Select(seconds => new AdvanceClock(seconds)))),
        (3, Gen.Constant<Operation>(new RunWorker())),
        (3, LoseToken),
        (3, As(Gen.Choose(1, 9).Select(rounds => new ReadList(rounds)))),
        (1, As(Gen.Elements(0, 2, 10).Select(minutes => new LagList(minutes)))),
        (3, AddFault),
        (1, Gen.Constant<Operation>(new RemoveFaults())),
        (1, Gen.Constant<Operation>(new RestartShop())),
        (1, As(from widget in Number from after in Bool select new KillDuringVerify(widget, after))),
        (1, As(from widget in Number from after in Bool select new StallVerify(widget, after))),
        (1, Gen.Constant<Operation>(new Release())),
        (2, StateChange),
        (4, As(from order in Number from times in Frequently(1, Gen.Choose(2, 4)) select new RequestLink(order, times))),
        (4, As(from link in Number from outcome in Outcome select new SetLinkOutcome(link, outcome))),
        (3, As(from link in Number from forged in Frequently(false, Gen.Constant(true)) select new ReturnFromKhalti(link, forged))),
        (1, As(from order in Number from after in Bool select new KillDuringInitiate(order, after))),
        (1, As(from link in Number from all in Bool select new RefundLinkAtKhalti(link, all))),
        (4, Refund),
        (1, KilledRefund),
        (1, As(Number.Select(refund => new CheckRefund(refund)))),
        (1, As(from refused in Bool from includes in Bool select new ChangeSandboxBehaviour(refused, includes))));

    private static Gen<Operation> RefundSteps => Gen.Frequency(
        (6, Refund),
        (2, KilledRefund),
        (2, As(Number.Select(refund => new CheckRefund(refund)))),
        (2,
            As(
                from at in Gen.Elements(
                    "refund", "refund", "detail",
                    "epayment_lookup")
                from kind in FaultKind
                from times in Gen.Choose(1, 3)
                select new AddFault(
                        at, kind.Kind, kind.Status, times))),
        (1, Gen.Constant<Operation>(new RemoveFaults())),
        (2, Gen.Constant<Operation>(new RunWorker())),
        (2, As(Gen.Elements(6, 70, 400, 1_000).Select(seconds => new AdvanceClock(seconds)))),
        (1,
            As(
                from widget in Number
                from state in Gen.Elements(
                    "Refunded", "Partially refunded", "Partially refunded")
                select new ChangeStateAtKhalti(widget, state))),
        (1, As(from link in Number from all in Gen.Elements(true, false, false) select new RefundLinkAtKhalti(link, all))));

    private static Gen<Operation> Refund => As(
        from order in Number
        from amount in RefundAmount
        from times in Frequently(
            1, Gen.Choose(2, 4))
        from withKey in Bool
        select new RequestRefund(order, amount, times, withKey));

    private static Gen<Operation> KilledRefund => As(
        from order in Number
        from amount in RefundAmount
        from after in Bool
        from withKey in Bool
        select new KillDuringRefund(
            order, amount, after, withKey));

    private static Gen<long?> RefundAmount => Gen.Elements<long?>(null, null, 1_000, 5_000, 9_250, 10_000, 18_500, 50_000);

    private static Gen<string> Outcome => Gen.Frequency(
        (5, Gen.Constant("completed")), (2, Gen.Constant("pending")), (2, Gen.Elements("canceled", "canceled", "expired", "failed")));

    private static Gen<Operation> Place => As(
        from product in Frequently(0, Gen.Constant(1))
        from key in Gen.Elements<int?>(null, null, 0, 1)
        select new PlaceOrder(product, key));

    private static Gen<Operation> Widget => As(
        from order in Number
        from amountDelta in Frequently(0L, Gen.Elements(-500L, 500L, 1L))
        from other in Frequently(false, Gen.Constant(true))
        from confirm in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        select new OpenWidget(order, amountDelta, other, confirm));

    private static Gen<Operation> LoseToken => As(
        from order in Number
        from amountDelta in Frequently(0L, Gen.Elements(-500L, 100L))
        select new LoseToken(order, amountDelta));

    private static Gen<Operation> VerifyToken => As(
        from widget in Gen.Frequency((8, Number), (1, Gen.Choose(-2, -1)))
        from orderOffset in Frequently(0, Gen.Constant(1))
        from amountDelta in Frequently(0L, Gen.Elements(-1L, 1L, 5_000L))
        from times in Frequently(1, Gen.Choose(2, 4))
        from withKey in Bool
        select new VerifyToken(widget, orderOffset, amountDelta, times, withKey));

    private static Gen<Operation> AddFault => As(
        from at in Gen.Frequency(
            (4, Gen.Constant("verify")), (3, Gen.Constant("status")), (2, Gen.Constant("detail")), (1, Gen.Constant("list")),
            (3, Gen.Constant("refund")),
            (1, Gen.Constant("epayment_initiate")), (3, Gen.Constant("epayment_lookup")), (1, Gen.Constant("*")))
        from kind in Gen.Frequency((9, FaultKind), (1, Gen.Constant<(string Kind, int? Status)>(("not_found", null))))
        from times in Gen.Choose(1, 3)
        select new AddFault(kind.Kind == "not_found" ? "status" : at, kind.Kind, kind.Status, times));

    private static Gen<(string Kind, int? Status)> FaultKind => Gen.Frequency(
        (2, Gen.Constant(("drop_before", (int?)null))),
        (4, Gen.Constant(("drop_after", (int?)null))),
        (1, Gen.Constant(("garbage", (int?)null))),
        (2, Gen.Elements<int?>(401, 429, 500, 503).Select(status => ("error", status))));

    private static Gen<Operation> StateChange => As(
        from widget in Number
        from state in Gen.Frequency(
            (4, Gen.Constant("Confirmed")), (2, Gen.Elements("Disabled", "Failed", "Frozen")),
            (4, Gen.Elements("Refunded", "Partially refunded")))
        select new ChangeStateAtKhalti(widget, state));

    private static Gen<T> Frequently<T>(T usual, Gen<T> other) => Gen.Frequency((6, Gen.Constant(usual)), (1, other));

    private static Gen<Operation> As<T>(Gen<T> operations)
        where T : Operation => operations.Select(operation => (Operation)operation);
}
