using KhaltiCheckout;
using KhaltiCheckout.Access;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Checkout;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Desk;
using KhaltiCheckout.Events;
using KhaltiCheckout.Gateway;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Operations;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Polling;
using KhaltiCheckout.Refunds;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Storage;
using KhaltiCheckout.TransactionMatching;

Hosting.ExplainWrongSettings();
if (CommandLine.IsGiven(args))
{
    return await CommandLine.RunAsync(
        args, settings => [KeysCommand.Define(settings), BackupCommand.Define(settings), WidgetHashCommand.Define(settings)]);
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.AddSerilog();
builder.ListenByDefaultOn("http://localhost:5080");

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddProblemDocuments();
builder.Services.AddRequestRules();
builder.Services.AddStrictJson(CheckoutJson.Default);
builder.Services.AddTrustedProxies();
builder.Services.AddTraceIds();
builder.Services.AddRateLimits();
builder.Services.AddAllowedHosts();
builder.Services.AddSecurityHeaders();
builder.Services.AddPageFiles();
builder.Services.AddApiDocument();
builder.Services.AddShopSettings();
builder.Services.AddStorage();
builder.Services.AddGateway();
builder.Services.AddIdempotency();
builder.Services.AddEvents();
builder.Services.AddCatalogue();
builder.Services.AddOrders();
builder.Services.AddPayments();
builder.Services.AddRefunds();
builder.Services.AddTransactionMatching();
builder.Services.AddClosing();
builder.Services.AddReconciliation();
builder.Services.AddDesk();
builder.Services.AddAccess();

WebApplication app = builder.Build();
app.CheckSettings(sentence => app.Services.GetRequiredService<SecurityLog>().SettingsRefused(sentence));

app.UseTrustedProxies();
app.UseClientTraceParent();
app.UseRequestLogging();
app.UseSecurityHeaders();
app.UseProblemDocuments();
app.UseAllowedHosts();
app.UseBrowserCookie();
app.UsePageFiles();
app.UseAuthentication();
app.UseRateLimiter();
app.UseBodyLimit();
app.UseAuthorization();
app.UseSwaggerPages();

RouteGroupBuilder routes = app.MapGroupWithHead();
routes.MapApiDocument();
routes.MapCatalogue();
routes.MapOrders();
routes.MapPayments();
routes.MapAdminOrders();
routes.MapRefunds();
routes.MapClosing();
routes.MapEvents();
routes.MapHealth();
routes.MapAccess();

ProgramStop stop = app.Services.GetRequiredService<ProgramStop>();
await app.RunAsync();
return stop.ExitCode;
