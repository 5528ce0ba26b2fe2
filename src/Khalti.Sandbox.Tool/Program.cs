using Khalti.Sandbox.Tool;

return await Commands.Define().Parse(args).InvokeAsync();
