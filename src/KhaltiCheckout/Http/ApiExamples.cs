using System.Globalization;
using System.Text.Json.Nodes;
using Khalti.Client;
using KhaltiCheckout.Shared;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace KhaltiCheckout.Http;

/// <summary>Shows each route's <see cref="RouteExample"/>, and an example of each refusal:
/// requests and answers a reader can copy.</summary>
internal sealed class ApiExamples : IOpenApiOperationTransformer
{
    private static readonly Dictionary<int, string> CodeOfStatus = new()
    {
        [400] = "validation_failed",
        [401] = "unauthorized",
        [402] = "payment_declined",
        [403] = "forbidden",
        [404] = "not_found",
        [413] = "body_too_large",
        [415] = "unsupported_media_type",
        [429] = "rate_limited",
        [503] = "busy",
    };

    // The words of the refusals themselves, so that an example never says what no answer does.
    private static readonly Dictionary<string, (string Title, string Detail)> Texts = new[]
    {
        Problems.PaymentDeclined(), Problems.NotFound("order"), Problems.TokenAlreadyUsed(), Problems.AmountMismatch(),
        Problems.AmountOutOfRange(new Paisa(50_000), new Paisa(1000), new Paisa(20_000)),
        Problems.NotCancellable("The order is paid; only a pending order can be cancelled."),
        Problems.NameTaken(), Problems.ReferenceTaken(ExampleIds.Order),
        Problems.KhaltiUnavailable(), Problems.NotRefundable("The payment is refunded: there is nothing to refund. Nothing was done."),
        Problems.RefundTooLarge(new Paisa(100_000)), Problems.NotUnknown(), Problems.AttentionChanged("double_payment", "paid_late"),
        Problems.NotSettleable("Khalti's own books say the opposite just now. Nothing was changed; the refund is asked about on."),
        Problems.DaySignedOff(),
        Problems.NotSignable("Not everything could be compared with Khalti's books. Compare the day again, then sign it off."),
        Problems.CheckInProgress(),
        Problems.NothingToResolve(), Problems.UnknownCursor(),
        Problems.NotReady("not_reachable", "fine", null),
    }.Select(refusal => refusal.ProblemDetails).Append(Problems.Busy())
        .ToDictionary(problem => (string)problem.Extensions["code"]!, problem => (problem.Title!, problem.Detail!), StringComparer.Ordinal);

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        RouteExample route = RouteExamples.Of(context.Description.ActionDescriptor.EndpointMetadata) ?? new();
        if (route.Request is { } request)
        {
            foreach (OpenApiMediaType media in operation.RequestBody?.Content?.Values.OfType<OpenApiMediaType>() ?? [])
            {
                media.Example = JsonNode.Parse(request);
            }
        }

        foreach ((string key, IOpenApiResponse response) in operation.Responses ?? [])
        {
            int status = int.Parse(key, CultureInfo.InvariantCulture);
            JsonNode? example = null;
            if ((route.Codes.GetValueOrDefault(status) ?? CodesOf(status)) is { } codes)
            {
                example = ProblemExample(status, codes[0], isRead: context.Description.HttpMethod == "GET");
                response.Description = string.Join(", ", codes.Select(code => $"`{code}`"));
            }
            else if (route.Answers.TryGetValue(status, out (string Meaning, string? Example) answer))
            {
                example = answer.Example is { } json ? JsonNode.Parse(json) : null;
                response.Description = answer.Meaning;
            }

            foreach (OpenApiMediaType media in response.Content?.Values.OfType<OpenApiMediaType>() ?? [])
            {
                media.Example = example?.DeepClone();
            }
        }

        return Task.CompletedTask;
    }

    private static string[]? CodesOf(int status) => CodeOfStatus.TryGetValue(status, out string? one) ? [one] : null;

    private static JsonObject ProblemExample(int status, string code, bool isRead)
    {
        // A read waits for no write: of the two it is the database that does not answer.
        (string title, string detail) = code == "busy" && isRead ? (Problems.DatabaseAway().Title!, Problems.DatabaseAway().Detail!)
            : Texts.TryGetValue(code, out (string, string) own) ? own : (Problems.Fallback(status).Title, Problems.Fallback(status).Detail);
        JsonObject problem = new()
        {
            ["type"] = Problems.TypeOf(code),
            ["title"] = title,
            ["status"] = status,
            ["detail"] = detail,
            ["code"] = code,
            ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        if (code == "validation_failed")
        {
            problem["errors"] = new JsonObject { ["amount"] = new JsonArray("Paisa, more than 0.") };
        }

        return problem;
    }
}
