using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using KhaltiCheckout.Http;
using KhaltiCheckout.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Http;

/// <summary>The OpenAPI document that other shops are written against.</summary>
public sealed class ApiDocumentTests(SharedShop shared) : IClassFixture<SharedShop>
{
    private const string UpdateSnapshots = "UPDATE_SNAPSHOTS";

    private readonly Shop _shop = shared.Shop;

    [Fact]
    public async Task The_OpenAPI_document_equals_the_committed_one()
    {
        string document = (await _shop.AskAsync("/openapi/v1.json")).Text.ReplaceLineEndings("\n").TrimEnd() + "\n";
        string snapshot = SnapshotPath();
        if (Environment.GetEnvironmentVariable(UpdateSnapshots) == "1")
        {
            await File.WriteAllTextAsync(snapshot, document, TestContext.Current.CancellationToken);
        }

        (await File.ReadAllTextAsync(snapshot, TestContext.Current.CancellationToken)).ShouldBe(
            document, $"The API has changed. If that is meant, run this test with {UpdateSnapshots}=1 and commit openapi.v1.json.");
    }

    [Fact]
    public async Task The_OpenAPI_document_is_version_3_1_without_server_address()
    {
        Answer answer = await _shop.AskAsync("/openapi/v1.json");

        answer.MediaType.ShouldBe("application/json");
        ((string)answer.Json["openapi"]!).ShouldStartWith("3.1");
        answer.Text.ShouldNotContain(_shop.Http.BaseAddress!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        answer.Text.ShouldNotContain("secret_key");
    }

    [Fact]
    public async Task The_OpenAPI_document_is_built_once_and_can_be_compressed()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.AcceptEncoding.ParseAdd("br");
        using HttpResponseMessage first = await _shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        BuiltApiDocument built = _shop.Services.GetRequiredService<BuiltApiDocument>();
        CompressedContent content = await built.ContentAsync();
        using HttpRequestMessage again = new(HttpMethod.Get, "/openapi/v1.json?other=1");
        again.Headers.AcceptEncoding.ParseAdd("br");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using HttpResponseMessage second = await _shop.Http.SendAsync(again, TestContext.Current.CancellationToken);

        first.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await built.ContentAsync()).ShouldBeSameAs(content);
    }

    [Fact]
    public async Task Every_operation_has_a_summary_and_examples()
    {
        foreach ((string name, string method, JsonNode operation) in await OperationsAsync())
        {
            foreach (string text in (string[])["summary", "description", "operationId"])
            {
                ((string?)operation[text]).ShouldNotBeNullOrWhiteSpace(name);
            }

            operation["tags"]!.AsArray().Count.ShouldBe(1, name);
            if (operation["requestBody"] is { } body)
            {
                body["content"]!["application/json"]!["example"].ShouldNotBeNull(name);
            }

            JsonObject answers = operation["responses"]!.AsObject();
            answers.ShouldContain(answer => answer.Key.StartsWith('2'), name);
            foreach ((string status, JsonNode? answer) in answers)
            {
                string where = $"{name} {status}";
                ((string?)answer!["description"]).ShouldNotBeNullOrWhiteSpace(where);
                string media = status[0] != '2' ? "application/problem+json"
                    : name is "get /api/v1/orders/{id}/events" or "get /api/v1/events/stream" ? "text/event-stream"
                    : name.EndsWith(".svg", StringComparison.Ordinal) ? "image/svg+xml"
                    : name.EndsWith(".csv", StringComparison.Ordinal) ? "text/csv"
                    : "application/json";
                if (status == "204")
                {
                    answer["content"].ShouldBeNull(where);
                    continue;
                }

                answer["content"]!.AsObject().Select(content => content.Key).ShouldBe([media], where);
                answer["content"]![media]!["example"].ShouldNotBeNull(where);
            }

            if (method == "post")
            {
                answers.Select(answer => answer.Key).ShouldContain("429", name);
                answers.Select(answer => answer.Key).ShouldContain("413", name);
            }
        }
    }

    [Theory]
    [InlineData("PlaceOrder", "201 400 401 403 404 409 413 415 422 429 503")]
    [InlineData("GetOrder", "200 404 503")]
    [InlineData("WatchOrder", "200 404 429 503")]
    [InlineData("DrawOrderAddress", "200 404 503")]
    [InlineData("CancelOrder", "200 400 404 409 413 415 422 429 503")]
    [InlineData("InitiatePayment", "201 400 402 404 409 413 415 422 429 503")]
    [InlineData("VerifyPayment", "200 202 400 402 404 409 413 415 422 429 503")]
    [InlineData("ListCloses", "200 400 401 403 503")]
    [InlineData("ShowClose", "200 401 403 404 503")]
    [InlineData("RunClose", "200 400 401 403 409 413 415 429 503")]
    [InlineData("SignOffClose", "200 400 401 403 404 409 413 415 422 429 503")]
    [InlineData("RefundOrder", "201 202 400 401 403 404 409 413 415 422 429 503")]
    [InlineData("ShowRefund", "200 401 403 404 503")]
    [InlineData("CheckRefund", "200 401 403 404 409 413 415 429 503")]
    [InlineData("SettleRefund", "200 400 401 403 404 409 413 415 422 429 503")]
    [InlineData("RecordFoundRefund", "201 400 401 403 404 409 413 415 422 429 503")]
    [InlineData("SignIn", "200 400 401 413 415 429 503")]
    [InlineData("ShowSession", "200 401 503")]
    [InlineData("SignOut", "204 401 403 503")]
    [InlineData("ListKeys", "200 401 403 503")]
    [InlineData("CreateKey", "201 400 401 403 409 413 415 429 503")]
    [InlineData("RevokeKey", "200 401 403 404 413 415 429 503")]
    [InlineData("ListProducts", "200 503")]
    [InlineData("ShowConfig", "200")]
    [InlineData("ListEvents", "200 400 401 403 503")]
    [InlineData("StreamEvents", "200 400 401 403 429 503")]
    [InlineData("ShowEvent", "200 401 403 404 503")]
    [InlineData("ListOrders", "200 400 401 403 503")]
    [InlineData("ShowOrder", "200 401 403 404 409 503")]
    [InlineData("ExportOrders", "200 400 401 403 503")]
    [InlineData("ShowSummary", "200 400 401 403 503")]
    [InlineData("ResolveOrder", "200 400 401 403 404 409 413 415 422 429 503")]
    [InlineData("CheckPayment", "200 401 403 404 409 413 415 429 503")]
    [InlineData("Live", "200")]
    [InlineData("Ready", "200 503")]
    public async Task Every_possible_answer_is_in_the_OpenAPI_document(string operationId, string statuses)
    {
        JsonNode operation = (await OperationsAsync())
            .Single(operation => (string?)operation.Operation["operationId"] == operationId).Operation;

        string.Join(' ', operation["responses"]!.AsObject().Select(answer => answer.Key).Where(status => status != "500"))
            .ShouldBe(statuses, operationId);
    }

    [Fact]
    public async Task Every_operation_with_the_database_documents_503_with_Retry_After()
    {
        foreach ((string name, string method, JsonNode operation) in await OperationsAsync())
        {
            if ((string)operation["operationId"]! is "ShowConfig" or "Live" or "Ready")
            {
                continue;
            }

            JsonNode answer = operation["responses"]!["503"]!;
            ((string)answer["description"]!).ShouldEndWith("`busy`", customMessage: name);
            ((string?)answer["headers"]!["Retry-After"]!["schema"]!["type"]).ShouldBe("integer", name);
            JsonNode example = answer["content"]!["application/problem+json"]!["example"]!;
            if ((string)example["code"]! == "busy")
            {
                // Only of a write that was refused is it certain that nothing was done.
                ((string)example["detail"]!).Contains("Nothing was done").ShouldBe(method != "get", name);
            }
        }
    }

    [Fact]
    public async Task Amounts_are_integers_and_no_schema_has_two_types_except_null()
    {
        JsonNode schemas = (await _shop.AskAsync("/openapi/v1.json")).Json["components"]!["schemas"]!;

        JsonNode paisa = schemas["Paisa"]!;
        ((string?)paisa["type"], (int?)paisa["minimum"], (string?)paisa["format"]).ShouldBe(("integer", 0, "int64"));
        ((string)paisa["description"]!).ShouldContain("paisa");
        foreach (JsonNode schema in Inside(schemas))
        {
            if (schema["type"] is JsonArray types)
            {
                types.Count.ShouldBe(2, schema.ToJsonString());
                types.ShouldContain(type => (string?)type == "null", schema.ToJsonString());
            }

            if (schema["format"] is not null || schema["enum"] is not null)
            {
                schema["type"].ShouldNotBeNull(schema.ToJsonString());
            }
        }
    }

    // A generated client reads what the document requires without looking whether it is there.
    [Theory]
    [InlineData("OrderView", "/api/v1/orders/{id}")]
    [InlineData("AdminOrderView", "/api/v1/admin/orders/{id}")]
    [InlineData("ConfigView", "/api/v1/config")]
    [InlineData("HealthView", "/health/ready")]
    [InlineData("SummaryView", "/api/v1/admin/summary")]
    [InlineData("SessionView", "/api/v1/admin/session")]
    public async Task Required_members_are_in_the_answer_also_when_null(string schema, string path)
    {
        string id = (await _shop.GivenOrderAsync()).Id();
        JsonNode required = (await _shop.AskAsync("/openapi/v1.json")).Json["components"]!["schemas"]![schema]!["required"]!;

        JsonNode answer =
            (await _shop.SendAsync(KeyHolding.SettingsKey, HttpMethod.Get, path.Replace("{id}", id, StringComparison.Ordinal))).Json;

        required.AsArray().Select(member => (string)member!).Except(answer.AsObject().Select(member => member.Key)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Errors_are_described_with_all_members()
    {
        JsonNode problem = (await _shop.AskAsync("/openapi/v1.json")).Json["components"]!["schemas"]!["Problem"]!;

        problem["properties"]!.AsObject().Select(member => member.Key)
            .ShouldBe(["type", "title", "status", "detail", "code", "traceId", "errors"], ignoreOrder: true);
        problem["required"]!.AsArray().Select(member => (string?)member).ShouldNotContain("errors");
    }

    [Fact]
    public async Task Swagger_UI_is_served_without_a_script_or_style_in_the_page()
    {
        Answer page = await _shop.AskAsync("/swagger/index.html");

        page.Status.ShouldBe(200);
        page.MediaType.ShouldBe("text/html");
        page.Text.ShouldNotContain("<style");
        page.Text.Split("<script").Skip(1).ShouldAllBe(script => script.TrimStart().StartsWith("src="));
        (await _shop.AskAsync("/swagger/index.js")).Text.ShouldContain("/openapi/v1.json");
    }

    private static string SnapshotPath([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "openapi.v1.json");

    private static IEnumerable<JsonNode> Inside(JsonNode node) => node switch
    {
        JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().SelectMany(Inside).Prepend(node),
        JsonArray items => items.OfType<JsonNode>().SelectMany(Inside),
        _ => [],
    };

    private async Task<IReadOnlyList<(string Name, string Method, JsonNode Operation)>> OperationsAsync() =>
    [
        .. from path in (await _shop.AskAsync("/openapi/v1.json")).Json["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select ($"{operation.Key} {path.Key}", operation.Key, operation.Value!),
    ];
}
