namespace Khalti.Sandbox;

/// <summary>Records calls that end in 301, 404 or 405 before an endpoint saw them, with what Khalti expects there.</summary>
internal static class UnmatchedCalls
{
    private static readonly string[] NotCalls = [ControlGuard.Prefix, "/pay", "/wallet", "/favicon.ico"];

    // Paths that clients call and no document or code of Khalti's has.
    private static readonly (string Path, string Hint)[] Invented =
    [
        ("/epayment/status", "Khalti documents no such call. The state of a link: POST /api/v2/epayment/lookup/ with {\"pidx\"}."),
        ("/epayment/verify", "Khalti documents no such call. The state of a link: POST /api/v2/epayment/lookup/ with {\"pidx\"}."),
        ("/epayment/refund", "Khalti documents no such call. A refund: POST /api/merchant-transaction/{transaction_id}/refund/."),
        ("/payment/refund", "Khalti documents no such call. A refund: POST /api/merchant-transaction/{transaction_id}/refund/."),
        ("/payment/list", "Khalti documents no such call. The list: GET /api/v2/merchant-transaction/."),
        ("/payment/detail", "Khalti documents no such call. One transaction: GET /api/v2/merchant-transaction/{idx}/."),
    ];

    internal static async Task Record(HttpContext context, RequestDelegate next)
    {
        await next(context);
        HttpRequest request = context.Request;
        int status = context.Response.StatusCode;
        bool isUnmatched = status is 301 or 404 or 405 && context.Features.Get<ReceivedCall>() is null && request.Path != "/"
            && !Array.Exists(NotCalls, path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
        if (!isUnmatched)
        {
            return;
        }

        IServiceProvider services = context.RequestServices;
        ReceivedCall received = services.GetRequiredService<RequestJournal>()
            .Record(Operation.None, request, await Fields.BindAsync(context));
        received.Status = status;
        received.Hint = Hint(status, request.Method, request.Path.ToString(), Calls(services.GetRequiredService<EndpointDataSource>()));
    }

    private static string Hint(int status, string method, string path, IReadOnlyList<ApiCall> calls)
    {
        foreach ((string invented, string hint) in Invented)
        {
            if (path.Contains(invented, StringComparison.OrdinalIgnoreCase))
            {
                return hint;
            }
        }

        ApiCall? meant = calls.Where(call => call.Likeness(path) > 0)
            .OrderByDescending(call => call.Likeness(path))
            .ThenByDescending(call => call.Method == method)
            .ThenBy(call => call.Path.Length)
            .FirstOrDefault();
        return (status, meant) switch
        {
            (_, null) => "No call of Khalti's has such a path.",
            (301, _) => $"Khalti's paths end in a slash: {meant}. Most clients send a redirected POST again as a GET without its body.",
            (405, _) => $"Khalti expects {meant}, not {method}. A POST becomes a GET when a client follows a redirect: check the slash.",
            _ => $"Khalti expects {meant}.",
        };
    }

    private static List<ApiCall> Calls(EndpointDataSource endpoints) =>
    [
        .. endpoints.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(
                endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [],
                (endpoint, method) => new ApiCall(method, endpoint.RoutePattern.RawText!)),
    ];

    private sealed record ApiCall(string Method, string Path)
    {
        /// <summary>How many segments agree from the end; all of a path that agrees as a whole count double.</summary>
        internal int Likeness(string path)
        {
            string[] own = Segments(Path);
            string[] other = Segments(path);
            int same = 0;
            while (same < own.Length && same < other.Length && Agree(own[^(same + 1)], other[^(same + 1)]))
            {
                same++;
            }

            return same == own.Length && same == other.Length ? 2 * same : Array.Exists(own[^same..], one => one[0] != '{') ? same : 0;
        }

        public override string ToString() => $"{Method} {Path}";

        private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

        private static bool Agree(string own, string other) => own[0] == '{' || own.Equals(other, StringComparison.OrdinalIgnoreCase);
    }
}
