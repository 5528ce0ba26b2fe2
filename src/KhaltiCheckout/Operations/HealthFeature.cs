using System.Data.Common;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KhaltiCheckout.Operations;

/// <summary>Whether this process can serve.</summary>
/// <param name="Status">Always <c>ready</c>; otherwise the answer is a problem document with <c>database</c> and <c>khalti</c>.</param>
/// <param name="Database"><c>fine</c>.</param>
/// <param name="Khalti"><c>fine</c>, <c>not_answering</c> or <c>key_refused</c>: told, and no reason to take the shop off the net.</param>
/// <param name="KhaltiSince">Since when Khalti has been unavailable.</param>
public sealed record HealthView(string Status, string Database, string Khalti, DateTimeOffset? KhaltiSince);

/// <summary>That this process answers.</summary>
/// <param name="Status">Always <c>alive</c>.</param>
public sealed record AliveView(string Status);

internal static class HealthFeature
{
    internal static void MapHealth(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder health = routes.MapGroup("/health").WithTags("Health");
        health.MapGet("/live", Live).WithName("Live").WithExample(() => HealthExamples.Live).WithSummary("Whether the process is alive")
            .WithDescription("Answers as long as the process does, and asks nothing else: for a process supervisor.");
        health.MapGet("/ready", ReadyAsync).WithName("Ready").WithExample(() => HealthExamples.Ready).WithSummary("Whether it can serve")
            .WithDescription(
                "`503` when the database can't be reached. An unavailable Khalti is reported and does not make it "
                + "fail: orders wait, nothing is lost.")
            .CanFail(503);
    }

    private static Ok<AliveView> Live() => TypedResults.Ok(new AliveView("alive"));

    private static async Task<Results<Ok<HealthView>, ProblemHttpResult>> ReadyAsync(
        Database database, KhaltiHealth khalti, ProgramStop stop, CancellationToken cancellationToken)
    {
        (KhaltiCondition condition, DateTimeOffset? since) = khalti.Now;
        try
        {
            await database.PingAsync(cancellationToken);
            return TypedResults.Ok(new HealthView("ready", "fine", SnakeCase.Of(condition), since));
        }
        catch (NewerSchemaException newer)
        {
            // Changed while this program ran: nothing that it does can be right any more.
            stop.Because(newer, newer.Message);
            return Problems.NotReady("newer_version", SnakeCase.Of(condition), since);
        }
        catch (Exception failure) when (failure is DbException || PostgreSqlErrors.CouldNotAsk(failure))
        {
            return Problems.NotReady("not_reachable", SnakeCase.Of(condition), since);
        }
    }
}
