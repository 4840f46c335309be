; Run by the uninstaller before it removes the program, and not by an update, which runs the old uninstaller too: retires this
; device and deletes what Daylight keeps for this account. Its result does not stop the uninstallation: without a network the
; files are deleted all the same, and the organisation is to retire the device.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    DetailPrint "Retiring this device and deleting what Daylight keeps here"
    nsExec::ExecToLog '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" --wipe'
    Pop $0
  ${endIf}
!macroend
