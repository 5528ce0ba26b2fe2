using System.Text.Json.Nodes;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace KhaltiCheckout.Tests.Reconciliation;

/// <summary>The worker as the program runs it, with its timer.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task A_round_that_is_broken_off_without_a_stop_at_whatever_moment_is_followed_by_the_next()
    {
        const int Moments = 12;
        StumblingClock clock = new();
        await using Shop shop = await Shop.OpenAsync(
            services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)),
            ("Reconciliation:Enabled", "true"), ("Reconciliation:Interval", "00:00:00.05"));
        shop.ExpectWarnings();
        for (int orders = 0; orders < Moments || (orders < 5 * Moments && !HasToldBoth(shop)); orders++)
        {
            // Due, and the worker has not seen it yet: the next moments are those of a round that asks about it.
            (JsonNode order, string token) = await shop.GivenConfirmedAsync();
            await shop.Sandbox.FaultAsync("verify", "drop_after", times: 1);
            (int status, _) = await shop.VerifyAsync(order, token);
            status.ShouldBe(202);
            clock.StumbleAt(1 + (orders % Moments), after: TimeSpan.FromSeconds(6));
            await Shop.UntilAsync(() => Task.FromResult(clock.HasStumbled));

            await Shop.UntilAsync(async () =>
            {
                // Who asked and was broken off may have left its lease.
                clock.Advance(TimeSpan.FromSeconds(1));
                return (await shop.ReadAsync(order)).Status() == "paid";
            });
        }

        HasToldBoth(shop).ShouldBeTrue();
    }

    // Of a round, and of one payment in it. What broke off in the client was a lost answer, and is told as one.
    private static bool HasToldBoth(Shop shop) =>
        shop.Log.Warnings.Any(line => line.Contains("A round of reconciliation failed", StringComparison.Ordinal))
        && shop.Log.Warnings.Any(line => line.Contains("it is asked about again when its lease is over", StringComparison.Ordinal));

    /// <summary>Where the worker asks for the time, something inside it calls itself off, as a library may.</summary>
    private sealed class StumblingClock : TimeProvider
    {
        private long _now = new DateTimeOffset(2026, 11, 21, 6, 0, 0, TimeSpan.Zero).UtcTicks;
        private int _left;

        internal bool HasStumbled => Volatile.Read(ref _left) <= 0;

        public override DateTimeOffset GetUtcNow() => Interlocked.Decrement(ref _left) == 0
            ? throw new OperationCanceledException("Called off by nobody who may.")
            : new DateTimeOffset(Interlocked.Read(ref _now), TimeSpan.Zero);

        internal void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

        internal void StumbleAt(int moment, TimeSpan after)
        {
            Volatile.Write(ref _left, moment);
            Advance(after);
        }
    }
}
