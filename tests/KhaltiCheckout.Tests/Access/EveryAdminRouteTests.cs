using System.Text.RegularExpressions;
using KhaltiCheckout.Access;
using KhaltiCheckout.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Access;

/// <summary>Every route below /api/v1/admin that there is, with every kind of key. A new route is walked as soon as it exists.</summary>
public sealed partial class EveryAdminRouteTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private readonly Shop _shop = shared.Shop;

    [Fact]
    public void Only_signing_in_needs_no_key_and_every_other_route_names_a_scope()
    {
        Route[] routes = Routes();

        routes.Where(route => route.IsOpen).Select(route => route.ToString()).ShouldBe(["POST /api/v1/admin/session/"]);
        foreach (Route route in routes.Where(route => !route.IsOpen))
        {
            route.Policies.ShouldNotBeEmpty(route.ToString());
            route.Policies.ShouldAllBe(
                policy => Scopes.All.Contains(policy) || policy == Scopes.AnyKey || policy == Scopes.ReadOrRefund, route.ToString());
        }
    }

    [Fact]
    public async Task Without_a_valid_key_every_admin_route_answers_401_before_reading_the_body()
    {
        (string id, string revoked) = await _shop.GivenKeyAsync("revoked", Scopes.Admin);
        (string _, string other) = await _shop.GivenKeyAsync("still good", Scopes.Admin);
        await _shop.RevokeAsync(id);
        (string Name, string Value)[][] nobody =
        [
            [],
            [KeyHolding.Bearer("garbage")],
            [KeyHolding.Bearer(revoked)],
            [KeyHolding.Bearer(other[..^1] + (other[^1] == 'x' ? 'y' : 'x'))],
            [KeyHolding.Bearer(other.ToUpperInvariant())],
            [KeyHolding.Bearer("kck_000000000000_" + new string('0', 40))],
            [KeyHolding.Bearer("")],
            [("Authorization", "Bearer")],
            [("Authorization", other)],
            [("Authorization", "Basic " + other)],
            [("Authorization", $"Bearer {other}, Bearer {other}")],
            [("Cookie", SessionCookie.PlainName + "=garbage"), KeyHolding.Meant],
            [("Cookie", $"{SessionCookie.PlainName}={other}"), KeyHolding.Meant],
        ];

        int network = 0;
        foreach (Route route in Routes().Where(route => !route.IsOpen))
        {
            foreach ((string Name, string Value)[] headers in nobody)
            {
                // Each from a network of its own: wrong keys are counted.
                network++;
                string what = $"{route} {string.Join(' ', headers)}";
                Answer answer = await _shop.SendAsync(
                    route.Method, route.Path, route.Body("{"), [.. headers, ("X-Forwarded-For", $"10.0.{network / 256}.{network % 256}")]);

                answer.ShouldBeProblem(401, "unauthorized", what);
                answer.Headers["WWW-Authenticate"].ShouldBe("Bearer", what);
            }
        }
    }

    [Theory]
    [InlineData(Scopes.Read)]
    [InlineData(Scopes.Checkout)]
    [InlineData(Scopes.Refund)]
    [InlineData(Scopes.Admin)]
    public async Task A_key_is_accepted_only_by_routes_of_its_scope(string scope)
    {
        (string _, string key) = await _shop.GivenKeyAsync("only " + scope, scope);

        foreach (Route route in Routes().Where(route => !route.IsOpen))
        {
            bool mayDo = scope == Scopes.Admin || route.Policies.All(policy =>
                policy == scope || policy == Scopes.AnyKey || (policy == Scopes.ReadOrRefund && scope is Scopes.Read or Scopes.Refund));
            Answer answer = await _shop.SendAsync(key, route.Method, route.Path, route.Body(mayDo ? "{}" : "{"));

            if (mayDo)
            {
                answer.Status.ShouldNotBeOneOf(401, 403, 500);
            }
            else
            {
                answer.ShouldBeProblem(403, "forbidden", $"{route} with a key that may {scope}");
            }
        }
    }

    [GeneratedRegex(@"\{(?<name>\w+)[^}]*\}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();

    private Route[] Routes() =>
    [
        .. from endpoint in _shop.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           where endpoint.RoutePattern.RawText?.StartsWith("/api/v1/admin", StringComparison.OrdinalIgnoreCase) == true
           from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
           where !HttpMethods.IsHead(method) // is answered as GET is, without a body
           select new Route(
               new HttpMethod(method), endpoint.RoutePattern,
               [.. endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(rule => rule.Policy ?? "")],
               endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null),
    ];

    private sealed record Route(
        HttpMethod Method, Microsoft.AspNetCore.Routing.Patterns.RoutePattern Pattern, string[] Policies, bool IsOpen)
    {
        internal string Path => Parameter().Replace(Pattern.RawText!, found => found.Groups["name"].Value == "day" ? "2026-11-20" : "x");

        internal string? Body(string body) => Method == HttpMethod.Get || Method == HttpMethod.Delete ? null : body;

        public override string ToString() => $"{Method} {Pattern.RawText}";
    }
}
