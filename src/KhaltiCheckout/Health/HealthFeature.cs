using System.Data.Common;
using KhaltiCheckout.Data;
using KhaltiCheckout.Orders;
using KhaltiCheckout.Payments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Health;

/// <summary>Whether this process can serve.</summary>
/// <param name="Status"><c>ready</c> or <c>not_ready</c>.</param>
/// <param name="Database"><c>fine</c> or <c>not_reachable</c>.</param>
/// <param name="Khalti"><c>fine</c>, <c>not_answering</c> or <c>key_refused</c>: told, and no reason to take the shop off the net.</param>
/// <param name="KhaltiSince">Since when Khalti has been in trouble.</param>
public sealed record HealthView(string Status, string Database, string Khalti, DateTimeOffset? KhaltiSince);

public sealed record AliveView(string Status);

internal static class HealthFeature
{
    internal static void MapHealth(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder health = routes.MapGroup("/health").WithTags("Health");
        health.MapGet("/live", Live).WithName("Live").WithSummary("Whether the process is alive");
        health.MapGet("/ready", ReadyAsync).WithName("Ready").WithSummary("Whether it can serve")
            .WithDescription("`503` when the database can't be reached. Trouble with Khalti is told and does not make it fail: orders wait, nothing is lost.");
    }

    private static Ok<AliveView> Live() => TypedResults.Ok(new AliveView("alive"));

    private static async Task<Results<Ok<HealthView>, JsonHttpResult<HealthView>>> ReadyAsync(
        CheckoutDb db, KhaltiHealth khalti, CancellationToken cancellationToken)
    {
        (KhaltiCondition condition, DateTimeOffset? since) = khalti.Now;
        try
        {
            // Reads a table of ours: reachable and migrated.
            await db.Orders.AnyAsync(order => order.Id == "", cancellationToken);
            return TypedResults.Ok(new HealthView("ready", "fine", SnakeCase.Of(condition), since));
        }
        catch (DbException)
        {
            return TypedResults.Json(new HealthView("not_ready", "not_reachable", SnakeCase.Of(condition), since), statusCode: 503);
        }
    }
}
