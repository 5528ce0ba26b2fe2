using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace KhaltiCheckout.Tests.Http;

/// <summary>The log as it is written, by the real program in a process of its own.</summary>
public sealed partial class RequestLogTests
{
    private const string Completion = "Serilog.AspNetCore.RequestLoggingMiddleware: ";

    [Fact]
    public async Task The_JSON_log_has_one_object_a_line_with_the_problems_trace_id()
    {
        await using ShopProgram program = ShopProgram.Start("Development", "--Log:Format=Json");
        using HttpClient http = await ConnectAsync(program);

        string problem = await (await http.GetAsync("/api/v1/orders/nope%0A%1b%5b31mred", TestContext.Current.CancellationToken))
            .Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        string line = await program.LineAsync(line => line.Contains("/api/v1/orders/nope", StringComparison.Ordinal));

        program.Output.ShouldAllBe(one => JsonNode.Parse(one, null, default) is JsonObject);
        JsonNode entry = JsonNode.Parse(line)!;
        ((string?)entry["@tr"]).ShouldBe((string?)JsonNode.Parse(problem)!["traceId"]);
        ((string?)entry["RequestMethod"], (int)entry["StatusCode"]!, (string?)entry["ClientAddress"]).ShouldBe(("GET", 404, "127.0.0.1"));
        ((double)entry["Elapsed"]!).ShouldBeGreaterThan(0);
        ((string)entry["RequestPath"]!).ShouldNotContain("\n");
        ((string)entry["RequestPath"]!).ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task A_clients_trace_id_is_logged_beside_the_servers()
    {
        const string TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        await using ShopProgram program = ShopProgram.Start("Development", "--Log:Format=Json");
        using HttpClient http = await ConnectAsync(program);
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/v1/orders/nope");
        request.Headers.Add("traceparent", TraceParent);

        await http.SendAsync(request, TestContext.Current.CancellationToken);
        JsonNode entry = JsonNode.Parse(await program.LineAsync(line => line.Contains("/api/v1/orders/nope", StringComparison.Ordinal)))!;

        ((string?)entry["ClientTraceParent"]).ShouldBe(TraceParent);
        ((string?)entry["@tr"])!.ShouldMatch("^[0-9a-f]{32}$");
        TraceParent.ShouldNotContain((string)entry["@tr"]!);
        ((string?)entry["ClientAddress"]).ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task The_text_log_has_one_line_a_request_with_the_problems_trace_id()
    {
        await using ShopProgram program = ShopProgram.Start("Development");
        using HttpClient http = await ConnectAsync(program);

        string problem =
            await (await http.GetAsync(
                "/nope%0D%0A00:00:00.000%20INF%20forged%1b%5b31m?token=secret-token", TestContext.Current.CancellationToken))
            .Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        string line = await program.LineAsync(line => line.Contains(" 404 in ", StringComparison.Ordinal));

        line.TrimEnd().ShouldEndWith((string)JsonNode.Parse(problem)!["traceId"]!);
        line.ShouldContain("GET /nope%0D%0A");
        program.Output.Count(one => one.Contains("/nope", StringComparison.Ordinal)).ShouldBe(1);
        program.Output.ShouldAllBe(one => !one.Contains("secret-token") && !one.Contains('\u001b') && LineStart().IsMatch(one));
    }

    [Fact]
    public async Task A_client_that_disconnects_leaves_one_log_line_and_no_warning()
    {
        await using ShopProgram program = ShopProgram.Start("Development");
        using HttpClient http = await ConnectAsync(program);

        for (int shopper = 1; shopper <= 15; shopper++)
        {
            using (TcpClient phone = new())
            {
                // In the middle of a word.
                await phone.ConnectAsync(http.BaseAddress!.Host, http.BaseAddress.Port, TestContext.Current.CancellationToken);
                byte[] half =
                [
                    .. "POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"u8,
                    .. "Content-Length: 60\r\n\r\n{\"items\":\"il"u8,
                ];
                await phone.GetStream().WriteAsync(half, TestContext.Current.CancellationToken);

                // By the time of this answer the server waits for the rest.
                await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
            }

            int sofar = shopper;
            await program.LineAsync(
                _ => program.Output.Count(line => line.Contains("POST /api/v1/orders 499 ", StringComparison.Ordinal)) == sofar);
        }

        program.Output.ShouldAllBe(line => LineStart().IsMatch(line) && !line.Contains("Connection processing"));
    }

    [Fact]
    public async Task Every_request_is_one_log_line()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] paths = ["/api/v1/products", "/nope", "/health/live", "/swagger/index.html", "/api/v1/orders/x"];
        foreach (string path in paths)
        {
            await shop.AskAsync(path);
        }

        await shop.AskAsync(new HttpMethod(new string('X', 500)), "/" + new string('a', 5000));

        string[] lines = [.. shop.Log.Lines.Where(line => line.StartsWith(Completion, StringComparison.Ordinal))];
        lines.Length.ShouldBe(6);
        lines.ShouldAllBe(line => line.Length < 350);
    }

    [Fact]
    public async Task A_failure_is_logged_once_without_the_query()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.ExpectWarnings();
        string path = "/api/v1/orders/" + (await shop.GivenOrderAsync()).Id();
        await shop.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync("""UPDATE "Orders" SET "Status" = 'eaten'"""));

        (int status, _) = await shop.GetAsync(path + "?token=secret-token");

        status.ShouldBe(500);
        shop.Log.Warnings.Count(line => line.StartsWith($"{Completion}GET {path} 500 in ", StringComparison.Ordinal)).ShouldBe(1);
        shop.Log.Lines.ShouldAllBe(line => !line.Contains("secret-token"));
    }

    [Fact]
    public async Task A_stopping_shop_flushes_its_log()
    {
        const int requests = 400;
        await using ShopProgram program = ShopProgram.Start("Development");
        using HttpClient http = await ConnectAsync(program);
        await Task.WhenAll(
            Enumerable.Range(0, requests).Select(number => http.GetAsync($"/none/{number}", TestContext.Current.CancellationToken)));

        (await program.StopAsync()).ShouldBe(0);

        program.Output.Count(line => line.Contains("GET /none/", StringComparison.Ordinal)).ShouldBe(requests);
    }

    private static async Task<HttpClient> ConnectAsync(ShopProgram program)
    {
        // The sandbox listens first, the shop last.
        await program.LineAsync(line => line.Contains("Application started", StringComparison.Ordinal));
        string[] addresses = [
            .. program.Output.Select(line => Listening().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups["address"].Value)];
        return new HttpClient { BaseAddress = new Uri(addresses[^1]) };
    }

    [GeneratedRegex(
        "(Now listening on: \\W*|\"address\":\")(?<address>http://[0-9.:]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d\d\d [A-Z]{3} ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineStart();
}
