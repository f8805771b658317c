module resident-register-example

go 1.26
